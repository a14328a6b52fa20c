;; A progress display beside a computation that knows nothing of it:
;;   fennel examples/progress.fnl [LIMIT]
;; counts the primes below LIMIT, and a go block shows every 50 ms how far that is.
(local {: alts! : chan : close! : timeout : <!!} (require :async))
(import-macros {: go-loop} :async)

(local limit (or (tonumber (. arg 1)) 2000000))
(local progress {:at 0 :primes 0})

(fn prime? [n]
  (var found (> n 1))
  (for [divisor 2 (math.floor (math.sqrt n)) &until (not found)]
    (when (= 0 (% n divisor))
      (set found false)))
  found)

(fn count-primes []
  "No word of channels or timers in here, and nothing waits."
  (for [n 1 (- limit 1)]
    (set progress.at n)
    (when (prime? n)
      (set progress.primes (+ progress.primes 1)))))

(local spinner ["|" "/" "-" "\\"])

(fn show-every [ms stop]
  "Shows a line every ms milliseconds until stop is closed.
Its channel has the number of lines."
  (go-loop [updates 0]
    (let [[_ port] (alts! [stop (timeout ms)] {:priority true})]
      (if (= port stop)
          updates
          (do (print (string.format "%s %5.2f s: %d of %d, %d primes"
                                    (. spinner (+ 1 (% updates 4))) (os.clock)
                                    progress.at limit progress.primes))
              (recur (+ updates 1)))))))

(local stop (chan))
(local shown (show-every 50 stop))
(count-primes)
(close! stop)
(print (string.format "%d primes below %d, %d updates" progress.primes limit (<!! shown)))
