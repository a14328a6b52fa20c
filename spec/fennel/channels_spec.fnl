;; The library as a Fennel program uses it: core.async's names and the macros.
(local fennel (require :fennel))
(local async (require :async))
(local {: chan : promise-chan : dropping-buffer : sliding-buffer : closed? : chan? : close!
        : put! : take! : offer! : poll! : timeout : >! : <! : >!! : <!! : alts! : alts!!}
       async)
(local {: now : quiet_errors} (require :spec.support.init))
(import-macros {: go : go-loop : alt!} :async)

(fn full [value]
  (doto (chan 1) (put! value)))

(fn drain [ch]
  "All values up to the close."
  (let [all []]
    (each [v (ch:iter)]
      (table.insert all v))
    all))

(fn settle []
  "Run what can run now."
  (while (< 0 (async.dispatched))
    (async.step 1024)))

(describe "A channel, in Fennel,"
  (fn []
    (it "1: offers up to its buffer and polls in order"
      (fn []
        (let [c (chan 2)]
          (assert.same [true true] [(offer! c 1) (offer! c 2)])
          (assert.equal nil (offer! c 3))
          (assert.same [1 2] [(poll! c) (poll! c)])
          (assert.equal nil (poll! c)))))

    (it "7: drops the newest with a dropping buffer"
      (fn []
        (let [c (chan (dropping-buffer 2))]
          (for [i 1 4] (assert.is_true (put! c i)))
          (close! c)
          (assert.same [1 2] (drain c)))))

    (it "8: drops the oldest with a sliding buffer"
      (fn []
        (let [c (chan (sliding-buffer 2))]
          (for [i 1 4] (assert.is_true (put! c i)))
          (close! c)
          (assert.same [3 4] (drain c)))))

    (it "12: is one, and nothing else is"
      (fn []
        (assert.is_true (chan? (chan)))
        (assert.is_false (chan? {}))))

    (it "13: carries false and refuses nil"
      (fn []
        (let [c (chan 1)]
          (assert.has_error #(put! c nil))
          (assert.is_true (put! c false))
          (assert.equal false (<!! c)))))

    (it "18: takes no more puts after it is closed, and tells a taker so"
      (fn []
        (let [c (chan)
              log []]
          (assert.is_false (closed? c))
          (close! c)
          (close! c)
          (assert.is_true (closed? c))
          (assert.is_false (put! c 1 #(table.insert log $)))
          (take! c #(table.insert log (= $ nil)))
          (assert.same [false true] log))))

    (it "20: delivers the puts that were waiting when it was closed"
      (fn []
        (let [c (chan 1)]
          (each [_ v (ipairs [:a :b :c])] (put! c v))
          (close! c)
          (assert.same [:a :b :c] (drain c)))))

    (it "77: gives its promise to every taker"
      (fn []
        (let [p (promise-chan)
              both [(go (<! p)) (go (<! p))]]
          (put! p :first)
          (put! p :second)
          (assert.same [:first :first :first]
                       [(<!! (. both 1)) (<!! (. both 2)) (<!! p)]))))

    (it "84: passes values through a transducer"
      (fn []
        (fn inc [step]
          (fn [...]
            (if (= 2 (select "#" ...))
                (let [(acc v) ...] (step acc (+ v 1)))
                (step ...))))
        (let [c (chan 3 inc)]
          (for [i 1 3] (put! c i))
          (close! c)
          (assert.same [2 3 4] (drain c)))))

    (it "132: is shown by its name and address"
      (fn []
        (let [c (chan)]
          (assert.matches "^ManyToManyChannel: 0x%x+" (tostring c))
          (assert.matches "^#<ManyToManyChannel: 0x%x+.*>$" (fennel.view c))
          (assert.matches "ManyToManyChannel: 0x%x+" (fennel.view {:out c})))))))

(describe "A go block, in Fennel,"
  (fn []
    (it "43: is where <! >! and alts! work, and >!! and <!! do not"
      (fn []
        (each [_ [name f] (ipairs [["<!" #(<! (full 1))] [">!" #(>! (chan 1) 1)]
                                   ["alts!" #(alts! [(full 1)])]])]
          (assert.has_error f)
          (assert.is_true (<!! (go (async.pcall f))) name))
        (each [_ f (ipairs [#(<!! (full 1)) #(>!! (chan 1) 1)])]
          (assert.is_true (pcall f))
          (assert.is_false (<!! (go (async.pcall f)))))))

    (it "49: gives its own value on its own channel"
      (fn []
        (let [c (chan)
              g (go (>! c :foo) 42)]
          (assert.equal :foo (<!! c))
          (assert.equal 42 (<!! g)))))

    (it "50: puts four values through a buffer of one"
      (fn []
        (let [c (chan 1)
              g (go (each [_ v (ipairs [:foo :bar :baz :boz])] (>! c v))
                    (<! c))
              seen {}]
          (for [_ 1 3] (tset seen (<!! c) true))
          (tset seen (<!! g) true)
          (assert.same {:foo true :bar true :baz true :boz true} seen))))

    (it "51: that raises reports it once and closes its channel"
      (fn []
        (let [reports (quiet_errors #(assert.equal nil (<!! (go (error :oops)))))]
          (assert.equal 1 (length reports))
          (assert.matches "oops" (. reports 1 :report)))))

    (it "52: that raises after it parked reports it too"
      (fn []
        (let [reports (quiet_errors #(assert.equal nil (<!! (go (<! (timeout 1))
                                                                 (error {:code 7})))))]
          (assert.equal 1 (length reports))
          (assert.equal 7 (. reports 1 :err :code)))))

    (it "53: parks inside pcall"
      (fn []
        (let [[ok? message] (<!! (go [(async.pcall (fn [] (<! (timeout 1)) (error :inside)))]))]
          (assert.is_false ok?)
          (assert.matches "inside" message))))

    (it "55: has run up to its first park when go returns"
      (fn []
        (let [c (chan)]
          (var flag :before)
          (go (set flag :started) (<! c) (set flag :done))
          (assert.equal :started flag)
          (put! c 1)
          (settle)
          (assert.equal :done flag))))

    (it "56: loops 100 000 times over a channel"
      (fn []
        (let [c (chan)]
          (go-loop [i 1]
            (if (<= i 100000)
                (do (>! c i) (recur (+ i 1)))
                (close! c)))
          (assert.equal 5000050000
                        (<!! (go-loop [sum 0]
                               (alt! c ([v] (if v (recur (+ sum v)) sum)))))))))

    (it "59: is one of 10 000 that wait on their own channels and all wake"
      (fn []
        (let [channels (fcollect [_ 1 10000] (chan))]
          (var sum 0)
          (each [_ c (ipairs channels)]
            (go (let [v (<! c)] (set sum (+ sum v)))))
          (assert.equal 0 sum)
          (each [i c (ipairs channels)]
            (assert.is_true (put! c i)))
          (settle)
          (assert.equal 50005000 sum))))))

(describe "alts!, in Fennel,"
  (fn []
    (it "60: takes what is ready"
      (fn []
        (let [c (full 42)
              [v port] (<!! (go (alts! [c])))]
          (assert.equal 42 v)
          (assert.equal c port))))

    (it "61: gives the default when nothing is ready, false and nil too"
      (fn []
        (assert.same [42 :default] (<!! (go (alts! [(chan)] :default 42))))
        (assert.same [false :default] (<!! (go (alts! [(chan)] :default false))))
        (assert.same [nil :default] (<!! (go (alts! [(chan)] :default nil))))))

    (it "72: meets another alts! before either timeout"
      (fn []
        (let [c (chan)
              late (timeout 400)
              taker (go (alts! [c late] :priority true))
              putter (go (alts! [[c :v] late] :priority true))
              [taken from] (<!! taker)
              [put? to] (<!! putter)]
          (assert.equal :v taken)
          (assert.equal c from)
          (assert.is_true put?)
          (assert.equal c to)
          (assert.is_false (closed? late)))))

    (it "73: gives nil and the timeout, and not too early"
      (fn []
        (let [start (now)
              t (timeout 20)
              [v port] (<!! (go (alts! [(chan) t])))]
          (assert.equal nil v)
          (assert.equal t port)
          (assert.is_true (<= 20 (- (now) start))))))

    (it "74: takes its options one by one or in a table"
      (fn []
        (let [(a b) (values (full :a) (full :b))]
          (<!! (go (for [_ 1 50]
                     (assert.equal a (. (alts! [a b] :priority true :default 1) 2))
                     (>! a :a)
                     (assert.equal a (. (alts! [a b] {:priority true :default 1}) 2))
                     (>! a :a)))))
        (assert.same [1 :default] (<!! (go (alts! [(chan)] {:default 1 :priority true}))))
        (assert.same [1 :default] (<!! (go (alts! [(chan)] :priority true :default 1))))))

    (it "75: has a twin for the main thread"
      (fn []
        (let [c (chan)]
          (go (>! c 1))
          (assert.equal 1 (. (alts!! [c (chan)]) 1))
          (assert.has_error #(alts!! [(chan)])))))))
