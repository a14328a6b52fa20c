(local {: chan : >! : xf} (require :async))
(import-macros {: go} :async)

;; The running total of what is a number, as long as it is below 100.
(local totals
  (xf.comp (xf.keep tonumber)
           (xf.scan #(+ $1 $2))
           (xf.take-while #(< $ 100))))

;; On a channel, which closes itself when the transducer has had enough.
(local readings (chan 4 totals))
(go (each [_ text (ipairs ["20" "none" "30" "40" "50" "60"])]
      (>! readings text)))
(each [total (readings:iter)]
  (print total))
;=> 20
;=> 50
;=> 90

;; On a list, and on a list that becomes one value.
(print (table.concat (xf.into [] totals ["1" "none" "2" "3"]) " "))
;=> 1 3 6
(print (xf.transduce totals (xf.completing math.max) 0 ["8" "-2" "4"]))
;=> 10
