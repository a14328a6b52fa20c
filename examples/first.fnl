(local {: chan : close! : timeout : >! : <! : <!! : alts!!} (require :async))
(import-macros {: go : go-loop} :async)

;; A go block is a coroutine that parks where it has to wait.
;; Three of them work on the numbers from one channel.
(local numbers (chan))
(local squares (chan))

(for [_ 1 3]
  (go-loop []
    (let [n (<! numbers)]
      (when n
        (>! squares [n (* n n)])
        (recur)))))

(go-loop [n 1]
  (if (<= n 5)
      (do (>! numbers n)
          (recur (+ n 1)))
      (close! numbers)))

;; Outside a go block the verbs with two ! block, and the go blocks run meanwhile.
(var sum 0)
(for [_ 1 5]
  (let [[_ square] (<!! squares)]
    (set sum (+ sum square))))
(print (.. "sum of the squares: " sum))

;; The first of several operations: here nobody puts any more, so the timeout wins.
(local patience (timeout 20))
(let [[_ port] (alts!! [squares patience])]
  (print (if (= port patience)
             "nothing more came in 20 ms"
             "one more square")))
