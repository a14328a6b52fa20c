;; The transducer library as a Fennel program uses it.
(local {: chan : put! : close! : take! : reduced : reduced? : >! : <!! : run : xf} (require :async))
(local {: drain : raises} (require :spec.support.init))
(import-macros {: go : go-loop} :async)

(fn odd? [n] (= 1 (% n 2)))
(fn inc [n] (+ n 1))

(fn feed [ch items]
  "Puts from a go block and closes: the channel."
  (go (each [_ v (ipairs items)] (>! ch v))
      (close! ch))
  ch)

(describe "A transducer, in Fennel,"
  (fn []
    (it "has Clojure's names"
      (fn []
        (assert.same [1 2] (xf.sequence (xf.take-while #(< $ 3)) [1 2 3 1]))
        (assert.same [3 1] (xf.sequence (xf.drop-while #(< $ 3)) [1 2 3 1]))
        (assert.same [1 3] (xf.sequence (xf.take-nth 2) [1 2 3]))
        (assert.same [[1 2] [3]] (xf.sequence (xf.partition-all 2) [1 2 3]))
        (assert.same [[1 3] [4]] (xf.sequence (xf.partition-by odd?) [1 3 4]))
        (assert.same [[1 :a] [2 :b]] (xf.sequence (xf.map-indexed #[$1 $2]) [:a :b]))
        (assert.same [:b] (xf.sequence (xf.keep-indexed #(when (= $1 2) $2)) [:a :b]))))

    (it "is composed, the first one first, and goes on a channel"
      (fn []
        (let [xform (xf.comp (xf.filter odd?) (xf.map inc) (xf.partition-all 2))]
          (assert.same [[2 4] [6]] (xf.sequence xform [1 2 3 4 5]))
          (assert.same [[2 4] [6]] (drain (feed (chan 1 xform) [1 2 3 4 5]))))))

    (it "takes functions with destructuring"
      (fn []
        (let [sum (fn [[a b]] (+ a (or b 0)))]
          (assert.same [3 3] (xf.into [] (xf.comp (xf.partition-all 2) (xf.map sum)) [1 2 3])))))

    (it "keeps false apart from nil"
      (fn []
        (assert.same [false 1] (drain (feed (chan 1 (xf.keep #(if (= $ 2) nil $))) [false 2 1])))
        (assert.same [false true] (xf.sequence (xf.map #(not $)) [1 false]))))

    (it "that has enough closes the channel"
      (fn []
        (let [c (chan 5 (xf.take 2))]
          (assert.same [true true false] [(put! c 1) (put! c 2) (put! c 3)])
          (assert.same [1 2] (drain c)))))

    (it "gives what it still holds to the taker who waits at close"
      (fn []
        (let [c (chan 1 (xf.partition-by odd?))
              log []]
          (put! c 1)
          (take! c #(table.insert log $))
          (assert.same [] log)
          (close! c)
          (run)
          (assert.same [[1]] log)
          (assert.equal nil (<!! c)))))

    (it "feeds a go-loop"
      (fn []
        (let [c (feed (chan 2 (xf.comp xf.cat (xf.dedupe))) [[1 1] [] [2 2 3]])
              sum (go-loop [total 0]
                    (let [v (c:take)]
                      (if v (recur (+ total v)) total)))]
          (assert.equal 6 (<!! sum)))))

    (it "can be a function of one's own that counts its arguments"
      (fn []
        (fn twice [rf]
          (fn [...]
            (case (values (select "#" ...) ...)
              (2 acc v) (let [acc (rf acc v)]
                          (if (reduced? acc) acc (rf acc v)))
              _ (rf ...))))
        (let [xform (xf.comp (xf.map inc) twice (xf.take 3))]
          (assert.same [2 2 3] (xf.sequence xform [1 2 3]))
          (assert.same [2 2 3] (drain (feed (chan 1 xform) [1 2 3]))))))

    (it "reduces a list"
      (fn []
        (fn add [a b] (if (> (+ a b) 9) (reduced :plenty) (+ a b)))
        (assert.equal 8 (xf.transduce (xf.map inc) (xf.completing add) 0 [1 2 2]))
        (assert.equal "8!" (xf.transduce (xf.map inc) (xf.completing add #(.. $ "!")) 0 [1 2 2]))
        (assert.equal :plenty (xf.transduce (xf.map inc) (xf.completing add) 0 [5 6 7]))
        (assert.equal :plenty (xf.reduce add 0 [5 6 7]))))

    (it "names the function that got a wrong argument"
      (fn []
        (raises "async.xf.partition_all: whole number of at least 1 expected, got 0" #(xf.partition-all 0))
        (raises "async.xf.take_while: function expected, got nil" #(xf.take-while))))))
