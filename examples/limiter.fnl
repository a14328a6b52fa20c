;; A rate limiter: some requests pass at once, the others one with each tick of a clock.
(local {: chan : close! : dropping-buffer : map : put! : timeout : to-chan! : >! : <!} (require :async))
(import-macros {: go-loop} :async)

(fn tokens-every [ms burst]
  "A channel of tokens: burst of them at once, then one every ms milliseconds.
More than burst do not pile up. It ends when it is closed."
  (let [tokens (chan (dropping-buffer burst))]
    (for [_ 1 burst] (put! tokens 0))
    (go-loop [tick 1]
      (<! (timeout ms))
      (when (>! tokens tick)
        (recur (+ tick 1))))
    tokens))

(local requests (fcollect [i 1 8] (.. "request " i)))

;; A request passes together with a token: that is all of it.
(local tokens (tokens-every 20 3))
(local passed (map (fn [request tick] [request tick]) [(to-chan! requests) tokens]))

(each [[request tick] (passed:iter)]
  (print (string.format "%s passed with tick %d" request tick)))
(close! tokens)
