;; A first look at the library, with figures measured while it runs: make demo

(local async (require :async))
(local {: chan : close! : put! : offer! : poll! : timeout : >! : <! : <!!} async)
(import-macros {: go : go-loop : alt! : alt!!} :async)

;; Wall clock where luasocket is there, otherwise the processor's time.
(local now (let [(ok? socket) (pcall require :socket)]
             (if ok? socket.gettime os.clock)))

(fn title [text]
  (print (.. "\n" text)))

(fn figure [label format ...]
  (print (string.format (.. "  %-48s" format) label ...)))

(fn measure [f]
  "Milliseconds that a call takes, and its value."
  (let [start (now)
        value (f)]
    (values (* 1000 (- (now) start)) value)))

(fn work [n]
  "A loop that knows nothing of the library."
  (var sum 0)
  (for [i 1 n]
    (set sum (% (+ (* sum 31) i) 1000003)))
  sum)

(fn benchmark []
  "The shortest of five runs: what else the machine does only adds to a run."
  (faccumulate [best math.huge _ 1 5]
    (math.min best (pick-values 1 (measure #(work 2000000))))))

;; 1. A go block is a coroutine that waits without holding anything up. Here each of ten thousand
;; waits for a number on a channel of its own, and answers with the double.

(fn many-go-blocks [n]
  (title (.. "1. " n " go blocks, each waiting on a channel of its own"))
  (local alone (benchmark))
  (collectgarbage)
  (local kilobytes (collectgarbage :count))

  (local inputs [])
  (local answers [])
  (local created (measure #(for [i 1 n]
                             (let [in (chan)]
                               (tset inputs i in)
                               (tset answers i (go (* 2 (<! in))))))))
  (figure "creating them, with their channels" "%9.1f ms %8.2f us each"
          created (/ created n 0.001))
  (figure "waiting now" "%9d" (. (async.stats) :parked))
  (collectgarbage)
  (figure "Lua memory for each" "%9.2f kB" (/ (- (collectgarbage :count) kilobytes) n))

  (local beside (benchmark))
  (figure "a benchmark loop before there were any" "%9.1f ms" alone)
  (figure "the same loop while they wait" "%9.1f ms %+8.1f %%"
          beside (* 100 (- (/ beside alone) 1)))

  (local (woken sum) (measure (fn []
                                (each [i in (ipairs inputs)]
                                  (put! in i))
                                (accumulate [sum 0 _ answer (ipairs answers)]
                                  (+ sum (<!! answer))))))
  (assert (= sum (* n (+ n 1))) "an answer is missing")
  (figure "waking them all and taking the answers" "%9.1f ms %8.2f us each"
          woken (/ woken n 0.001)))

;; 2. A timeout is a channel that closes by itself. On Lua 5.4 a debug hook, set only while
;; something is pending, wakes go blocks in the midst of a loop that never calls the library.
;; LuaJIT has no such hook: there they wake at the next operation of the library.

(fn timeouts-in-a-busy-loop [busy]
  (title (.. "2. Timeouts while the main program computes for " busy " ms"))
  (local start (now))
  (fn elapsed [] (* 1000 (- (now) start)))
  (local woken [])
  (each [_ ms (ipairs [20 50 100 150])]
    (go (<! (timeout ms))
        (table.insert woken {: ms :at (elapsed)})))

  (while (< (elapsed) busy)
    (work 1000))
  (local during (length woken))
  (<!! (timeout 10)) ; blocks, so that who has not woken yet does now

  (each [i {: ms : at} (ipairs woken)]
    (figure (.. "the timeout of " ms " ms was noticed after") "%9.1f ms, %s" at
            (if (<= i during) "during the loop" "after the loop")))
  (figure "noticed during the loop" "%9d of %d, %s" during (length woken)
          (if (= :none (. (async.stats) :trigger))
              "as nothing interrupts it on this Lua"
              (.. "by the trigger " (. (async.stats) :trigger)))))

;; 3. alt! does the one operation that is possible first, and the others not at all.

(fn server [name ms]
  "A channel on which an answer comes after a while."
  (let [answer (chan 1)]
    (go (<! (timeout ms))
        (>! answer (.. "answer of the " name)))
    answer))

(fn ask [patience]
  (let [near (server "near server" 30)
        far (server "far server" 60)]
    (alt!! [near far] ([text] text)
           (timeout patience) "nobody answered")))

(fn choices [n]
  (title "3. The first of several operations")
  (figure "two servers and 100 ms of patience" "  %s" (ask 100))
  (figure "the same with 10 ms of patience" "  %s" (ask 10))
  (figure "a channel that is empty, and a default" "  %s" (alt!! (chan) :taken :default "went on"))

  (local [a b out] [(chan 1) (chan 1) (chan 1)])
  (local count {:a 0 :b 0 :out 0})
  (local ms (measure #(for [_ 1 n]
                        (offer! a true)
                        (offer! b true)
                        (poll! out)
                        (let [who (alt!! a :a
                                         b :b
                                         [[out true]] :out)]
                          (tset count who (+ 1 (. count who)))))))
  (figure "two takes and a put, all possible: chosen" "%9d %d %d times" count.a count.b count.out)
  (figure "such a choice, with making all possible" "%9.2f us" (/ ms n 0.001)))

;; 4. Channels join the steps of a job. A step that finds its channel closed closes the next one.

(fn step [in]
  (let [out (chan)]
    (go (each [v (in:iter)]
          (>! out (+ v 1)))
        (close! out))
    out))

(fn send-through [steps n]
  (let [first (chan)
        last (faccumulate [ch first _ 1 steps] (step ch))]
    (go (for [i 1 n]
          (>! first i))
        (close! first))
    (<!! (go-loop [sum 0]
           (let [v (<! last)]
             (if v (recur (+ sum v)) sum))))))

(fn line-of-steps [steps n]
  (title (.. "4. " n " numbers through a line of " steps " go blocks"))
  (local (ms sum) (measure #(send-through steps n)))
  (assert (= sum (+ (* n (+ n 1) 0.5) (* n steps))) "a number is missing")
  (figure "handing a number from block to block" "%9.2f us, %d times" (/ ms n (+ steps 1) 0.001)
          (* n (+ steps 1))))

(print (.. (if _G.jit _G.jit.version _VERSION) ", async " async._VERSION))
(many-go-blocks 10000)
(timeouts-in-a-busy-loop 200)
(choices 10000)
(line-of-steps 10 2000)
