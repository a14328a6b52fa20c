;; What the macros do. How they look when expanded is in expansion_spec.fnl.
(import-macros {: go : go-loop : alt! : alt!!} :async)
(local can (require :spec.support.can))
(local {: chan : close! : offer! : put! : timeout : >! : <! : <!!} (require :async))

(fn full [value]
  "A channel that holds one value and has no room for another."
  (doto (chan 1) (put! value)))

(fn closed []
  (doto (chan) (close!)))

(describe "go"
  (fn []
    (it "48: gives the value of its body, false as well, and then nothing"
      (fn []
        (let [ten (go 10)
              false? (go false)]
          (assert.equal 10 (<!! ten))
          (assert.equal nil (<!! ten))
          (assert.equal false (<!! false?))
          (assert.equal nil (<!! (go nil)))
          (assert.equal nil (<!! (go))))))

    (it "runs all forms of its body and gives the last"
      (fn []
        (let [log []]
          (assert.equal :c (<!! (go (table.insert log :a) (table.insert log :b) :c)))
          (assert.same [:a :b] log))))

    (it "takes a string or a table at the head of its body for what it is"
      (fn []
        (assert.equal :last (<!! (go "first" :last)))
        (let [log []]
          (assert.equal 2 (<!! (go {:seen (table.insert log 1)} 2)))
          (assert.same [1] log))))

    (it "58: yields the argument of an enclosing hash function"
      (fn []
        (assert.equal 5 (<!! (#(go $) 5)))
        (assert.equal 6 (<!! (#(go (<! (timeout 1)) (+ $1 $2)) 2 4)))
        (assert.equal 1 (<!! (#(go $.field) {:field 1})))
        (assert.equal 3 (<!! (#(go (select "#" $...)) nil nil nil)))))

    (it "leaves an inner hash function its own argument"
      (fn []
        (assert.equal 7 (<!! (#(go (#(+ $ 1) (* 2 $))) 3)))))

    (it "sees the varargs of the enclosing function with their nils"
      (fn []
        (fn count [...] (go (<! (timeout 1)) (select "#" ...)))
        (assert.equal 0 (<!! (count)))
        (assert.equal 3 (<!! (count nil 1 nil)))
        (fn second [...] (go (select 2 ...)))
        (assert.equal :b (<!! (second nil :b nil)))))

    (it "works in a function without varargs inside one with them"
      (fn []
        (fn outer [...]
          (fn inner [x] (go x))
          (inner (select "#" ...)))
        (assert.equal 2 (<!! (outer 1 2)))))

    (it "sees and sets the locals around it"
      (fn []
        (var n 1)
        (<!! (go (set n (+ n 1))))
        (assert.equal 2 n)))

    (it "may stand inside another one"
      (fn []
        (assert.equal 42 (<!! (<!! (go (go 42)))))
        (assert.equal 42 (<!! (go (<! (go 42)))))))))

(describe "go-loop"
  (fn []
    (it "56: counts to 100 000 by recur without growing the stack"
      (fn []
        (let [[n deep?] (<!! (go-loop [i 0]
                               (if (< i 100000)
                                   (recur (+ i 1))
                                   [i (and can.forget_tail_calls (not= nil (debug.getinfo 20 :l)))])))]
          (assert.equal 100000 n)
          (assert.is_false deep?))))

    (it "57: binds in sequence, so that a later initial value sees an earlier name"
      (fn []
        (assert.same [5 6] (<!! (go-loop [i 0 j (+ i 1)]
                                  (if (< i 5) (recur (+ i 1) (+ j 1)) [i j]))))))

    (it "57: takes tables apart, at the start and at each recur"
      (fn []
        (assert.same [3 2 :rest]
                     (<!! (go-loop [[a b] [1 10] {: k} {:k :rest} n (+ a 1)]
                            (if (< a 3) (recur [(+ a 1) b] {: k} n) [a n k]))))))

    (it "gives nil to a binding that recur leaves out"
      (fn []
        (assert.same [nil 2] (<!! (go-loop [a 1 b 1] (if a (recur nil 2) [a b]))))))

    (it "may have no bindings"
      (fn []
        (let [c (chan 3)]
          (for [i 1 3] (put! c i))
          (close! c)
          (var sum 0)
          (<!! (go-loop []
                 (let [v (<! c)]
                   (when v
                     (set sum (+ sum v))
                     (recur)))))
          (assert.equal 6 sum))))

    (it "evaluates an initial value once, in the go block, where it may park"
      (fn []
        (let [c (chan)
              log []
              result (go-loop [v (do (table.insert log :start) (<! c)) n 0]
                       (if (< n 3) (recur v (+ n 1)) v))]
          (put! c :late)
          (assert.equal :late (<!! result))
          (assert.same [:start] log))))

    (it "sees varargs in the initial values"
      (fn []
        (fn last [...] (go-loop [n (select "#" ...) [a b c] [...]] (or c b a n)))
        (assert.equal 2 (<!! (last nil 2)))))

    (it "has a recur that is a function: it works outside tail position too"
      (fn []
        (assert.equal 120 (<!! (go-loop [n 5] (if (= n 1) 1 (* n (recur (- n 1)))))))))

    (it "gives each of two nested loops its own recur"
      (fn []
        (let [pairs []]
          (<!! (go-loop [i 1]
                 (when (<= i 2)
                   (<! (go-loop [j 1]
                         (when (<= j 2)
                           (table.insert pairs [i j])
                           (recur (+ j 1)))))
                   (recur (+ i 1)))))
          (assert.same [[1 1] [1 2] [2 1] [2 2]] pairs))))

    (it "takes a string or a table at the head of its body for what it is"
      (fn []
        (assert.equal 1 (<!! (go-loop [i 1] "text" i)))
        (assert.equal 1 (<!! (go-loop [i 1] {:n i} i)))))))

(describe "alt!"
  (fn []
    (it "76: binds the value taken"
      (fn []
        (let [c (full 42)]
          (assert.same [42 :foo] (<!! (go (alt! c ([v] [v :foo]))))))))

    (it "76: gives the default when nothing is ready"
      (fn []
        (assert.equal 42 (<!! (go (alt! (chan) ([v] :no) :default 42))))
        (assert.equal 7 (<!! (go (alt! (chan) ([v] :no) :priority true :default 7))))
        (assert.equal 7 (<!! (go (alt! (chan) ([v] :no) :default 7 :priority true))))))

    (it "76: binds the port where one of several fires"
      (fn []
        (let [c (chan)
              t (timeout 5)]
          (assert.is_true (<!! (go (alt! [c t] ([v ch] (= ch t)))))))))

    (it "76: puts a value"
      (fn []
        (let [out (chan 1)]
          (assert.equal :wrote (<!! (go (alt! [[out 5]] :wrote))))
          (assert.equal 5 (<!! out)))))

    (it "honours false and nil as the default"
      (fn []
        (assert.equal false (<!! (go (alt! (chan) 1 :default false))))
        (assert.same [nil :end] (<!! (go [(alt! (chan) 1 :default nil) :end])))))

    (it "leaves the default alone when a port is ready"
      (fn []
        (assert.equal nil (<!! (go (alt! (closed) ([v] v) :default 42))))
        (assert.equal 1 (<!! (go (alt! (full 1) ([v] v) :default 42))))))

    (it "63: tries the ports in the order written with :priority"
      (fn []
        (let [a (full 1)
              b (full 2)]
          (<!! (go (for [_ 1 100]
                     (assert.equal :a (alt! a :a b :b :priority true))
                     (>! a 1))))
          (assert.equal 2 (<!! b)))))

    (it "takes an option's value from an expression"
      (fn []
        (fn pick [priority default]
          (go (alt! (chan) 1 :priority priority :default (+ default 1))))
        (assert.equal 4 (<!! (pick false 3)))))

    (it "runs the clause of the port that won and no other"
      (fn []
        (let [(a b) (values (full 1) (full 2))
              log []]
          (<!! (go (alt! a (table.insert log :a)
                         (chan) (table.insert log :empty))))
          (<!! (go (alt! (chan) (table.insert log :empty)
                         b (table.insert log :b)
                         (chan) (table.insert log :empty))))
          (assert.same [:a :b] log))))

    (it "runs a clause for each of its ports"
      (fn []
        (let [ready (full 1)
              any [(chan) (chan 1)]]
          (assert.equal :some (<!! (go (alt! [(chan) ready] :some
                                             (chan) :other))))
          (assert.equal :some (<!! (go (alt! [(chan) [(. any 1) 1] [(. any 2) 1]] :some
                                             (chan) :other)))))))

    (it "runs all forms of a body that binds"
      (fn []
        (let [log []]
          (assert.equal :end (<!! (go (alt! (full 1) ([v] (table.insert log v) :end)))))
          (assert.same [1] log))))

    (it "takes the first of two clauses with the same port"
      (fn []
        (for [_ 1 20]
          (let [c (full 1)]
            (assert.equal :first (<!! (go (alt! c :first c :second))))))))

    (it "evaluates ports and put values once, in order, before anything happens"
      (fn []
        (let [log []
              note (fn [label value] (table.insert log label) value)
              c (full 1)]
          (<!! (go (alt! (note :a c) (note :taken 1)
                         [(note :b (chan)) [(note :c (chan)) (note :d 5)]] (note :no 2)
                         :default (note :e nil)
                         :priority true)))
          (assert.same [:a :b :c :d :e :taken] log))))

    (it "mixes puts and takes in one vector"
      (fn []
        (let [(in out) (values (chan) (chan 1))
              pick (fn [] (go (alt! [in [out 5]] ([v port] [v (= port out)]))))]
          (assert.same [true true] (<!! (pick)))
          (let [result (pick)]
            (put! in :hello)
            (assert.same [:hello false] (<!! result))))))

    (it "parks until a clause is possible"
      (fn []
        (let [(a b) (values (chan) (chan))
              result (go (alt! a ([v] [:took v]) [[b 1]] ([ok?] [:put ok?])))]
          (assert.equal 1 (<!! b))
          (assert.same [:put true] (<!! result))
          (assert.equal nil (offer! a 2)))))

    (it "answers nil for a closed take and false for a closed put"
      (fn []
        (let [c (closed)]
          (assert.same [nil :taken] (<!! (go (alt! c ([v] [v :taken])))))
          (assert.same [false :put] (<!! (go (alt! [[c 1]] ([v] [v :put]))))))))

    (it "tells a take from a put on one and the same channel"
      (fn []
        (fn either [c]
          (go (alt! c ([v] [:took v]) [[c 9]] ([v] [:put v]))))
        (let [c (chan 1)]
          (assert.same [:put true] (<!! (either c)))
          (assert.same [:took 9] (<!! (either c))))
        (let [c (chan)
              parked (either c)]
          (put! c 7)
          (assert.same [:took 7] (<!! parked)))
        (let [c (chan)
              parked (either c)]
          (assert.equal 9 (<!! c))
          (assert.same [:put true] (<!! parked)))
        (let [c (closed)]
          (assert.same [:put false]
                       (<!! (go (alt! [[c 1]] ([v] [:put v]) c ([v] [:took v]) :priority true))))
          (assert.same [:took nil]
                       (<!! (go (alt! c ([v] [:took v]) [[c 1]] ([v] [:put v])
                                      :priority true)))))))

    (it "takes a boolean from a channel although it puts on another"
      (fn []
        (each [_ flag (ipairs [true false])]
          (assert.same [:took flag]
                       (<!! (go (alt! (full flag) ([v] [:took v])
                                      [[(chan) 1]] :put)))))))

    (it "destructures what it binds"
      (fn []
        (let [c (full {:name :x :point [1 2]})]
          (assert.same [:x 1 2] (<!! (go (alt! c ([{: name :point [a b]}] [name a b]))))))))

    (it "keeps recur in tail position and the varargs in scope"
      (fn []
        (let [c (chan 1)
              counted (go-loop [n 0]
                        (alt! c ([v] (if (< n 3000) (recur (+ n 1)) [n (or (not can.forget_tail_calls) (not= nil (debug.getinfo 20 :l)))]))
                              (chan) :never))]
          (<!! (go (for [i 1 3001] (>! c i))))
          (assert.same [3000 (not can.forget_tail_calls)] (<!! counted)))
        (fn count [...] (alt!! (full 1) ([v] (select "#" ...)) (chan) :never))
        (assert.equal 2 (count nil nil))))

    (it "names the channel that is missing when the program runs"
      (fn []
        (let [t {}
              (ok? message) (pcall (fn [] (alt!! (full 1) 1 t.missing 2)))]
          (assert.is_false ok?)
          (assert.matches "alt!!: expected a channel, but t%.missing is nil" message))))

    (it "raises outside a go block"
      (fn []
        (assert.has_error (fn [] (alt! (full 1) ([v] v))))))))

(describe "alt!!"
  (fn []
    (it "75: does on the main thread what alt! does in a go block"
      (fn []
        (let [c (chan)]
          (go (>! c :v))
          (assert.same [:v true] (alt!! [c (chan)] ([v port] [v (= port c)])))
          (assert.equal 7 (alt!! c ([v] v) :priority true :default 7))
          (assert.equal :late (alt!! c :value (timeout 5) :late)))))

    (it "75: raises where nothing could ever happen"
      (fn []
        (let [(ok? message) (pcall (fn [] (alt!! (chan) ([v] v))))]
          (assert.is_false ok?)
          (assert.matches "not ready" message))))))
