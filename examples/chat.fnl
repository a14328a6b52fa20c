;; A chat: what is said in the hall goes to a log, and by room to who is in that room.
(local {: chan : sliding-buffer : mult : tap : pub : sub : unsub : close!
        : timeout : >! : <! : <!!} (require :async))
(import-macros {: go : go-loop} :async)

(local hall (chan))

;; A mult gives every message to the log and to the rooms.
(local everything (mult hall))
(local log (tap everything (chan 8)))

;; A pub sorts them by room.
(local rooms (pub (tap everything (chan)) #$.room))

(fn enter [name ...]
  "A person reads one inbox, whatever rooms it is for. It keeps the newest 20 messages only,
so who does not read holds up nobody."
  (let [inbox (chan (sliding-buffer 20))
        joined [...]
        heard []]
    (each [_ room (ipairs joined)]
      (sub rooms room inbox))
    (go-loop []
      (let [message (<! inbox)]
        (when message
          (table.insert heard (.. "\n  [" message.room "] " message.from ": " message.text)))
        (if (not message) (.. name " heard" (table.concat heard))
            (= message.text (.. "bye, " name)) (do (each [_ room (ipairs joined)]
                                                     (unsub rooms room inbox))
                                                   (close! inbox)
                                                   (recur))
            (recur))))))

(local people [(enter :Ada :music :games)
               (enter :Ben :games)
               (enter :Cleo :music)])

(local counted
  (go-loop [count {}]
    (let [message (<! log)]
      (if message
          (do (tset count message.room (+ 1 (or (. count message.room) 0)))
              (recur count))
          count))))

(go (fn say [from room text]
      (>! hall {: from : room : text})
      (<! (timeout 1))) ; people need a moment to read
    (say :Ada :games "anybody for chess?")
    (say :Cleo :music "listen to this")
    (say :Ben :games "not today, I have to go")
    (say :Ada :games "bye, Ben")
    (say :Ada :games "so I play alone")
    (say :Ada :music "is this Bach?")
    (say :Dan :cooking "does nobody cook here?")
    (close! hall)) ; closes the log, the rooms and every inbox in them

(each [_ person (ipairs people)]
  (print (<!! person)))
(let [{: games : music : cooking} (<!! counted)]
  (print (.. "said: " games " in games, " music " in music, " cooking " in cooking")))
