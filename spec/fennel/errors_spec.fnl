;; Mistakes in the use of a macro stop the compiler with the place and the reason.
(local fennel (require :fennel))

(local header "(import-macros {: go : go-loop : alt! : alt!!} :async)\n")

;; What is wrong | the form | the place that is pointed at | the reason.
;; A number or a string has no place of its own: then it is that of the whole form, 2:0.
(local mistakes
  [["bindings that are missing" "(go-loop)" "2:0"
    "go-loop: expected bindings like [i 0], got nil"]
   ["bindings that are no sequence" "(go-loop (i 0) i)" "2:9"
    "go-loop: expected bindings like [i 0], got (i 0)"]
   ["a binding without a value" "(go-loop [i 0 j] i)" "2:9"
    "go-loop: j has no initial value"]
   ["a loop without a body" "(go-loop [i 0])" "2:9"
    "go-loop: expected a body after the bindings"]
   ["a number as a binding" "(go-loop [5 0] 1)" "2:9"
    "go-loop: expected a name or a table of names to bind, got 5"]
   ["nil as a binding" "(go-loop [nil 0] 1)" "2:10"
    "go-loop: expected a name or a table of names to bind, got nil"]
   ["a field as a binding" "(go-loop [t.x 0] 1)" "2:10"
    "go-loop: expected a name or a table of names to bind, got t.x"]
   ["several values in one binding" "(go-loop [i 0\n (a b) (f)] a)" "3:1"
    "go-loop: expected a name or a table of names to bind, got (a b)"]
   ["the rest of something as a binding" "(go-loop [& rest] rest)" "2:10"
    "go-loop: expected a name or a table of names to bind, got &"]
   ["no clause" "(alt!)" "2:0"
    "alt!: expected a port and an expression"]
   ["an option alone" "(alt! :default 1)" "2:0"
    "alt!: expected a port and an expression"]
   ["a port without an expression" "(alt! a 1\n b)" "3:1"
    "alt!: b has no expression"]
   ["an option without a value" "(alt! a 1 :default)" "2:0"
    "alt!: :default has no expression"]
   ["an unknown option" "(alt! a 1 :timeout 100)" "2:0"
    "alt!: unknown option :timeout; there are :default and :priority"]
   ["an option that is given twice" "(alt! a 1 :default 2 :default (f))" "2:30"
    "alt!: :default is given twice"]
   ["an empty vector of ports" "(alt! [] 1)" "2:6"
    "alt!: [] names no port"]
   ["a put port that is not nested" "(alt! [out 5] 1)" "2:6"
    "alt!: expected a channel, got 5; a put is written [[channel value]]"]
   ["a number as a port" "(alt!! 5 1)" "2:0"
    "alt!!: expected a channel, got 5; a put is written [[channel value]]"]
   ["nil as a port" "(alt! nil 1)" "2:6"
    "alt!: expected a channel, got nil; a put is written [[channel value]]"]
   ["a table as a port" "(alt! {:a 1} 1)" "2:6"
    "alt!: expected a channel, got {:a 1}; a put is written [[channel value]]"]
   ["a put without a value" "(alt! [[out]] 1)" "2:7"
    "alt!: a put is a pair [channel value], got [out]"]
   ["a put of two values" "(alt!! [[out 1 2]] 1)" "2:8"
    "alt!!: a put is a pair [channel value], got [out 1 2]"]
   ["a put to a string" "(alt! [[:out 1]] 1)" "2:7"
    "alt!: expected a channel, got :out; a put is written [[channel value]]"]
   ["a clause that binds three names" "(alt! a 1\n b\n ([x y z] x))" "4:2"
    "alt!: a clause binds a value and a port, got [x y z]"]
   ["a binding without a body" "(alt! a ([v]))" "2:8"
    "alt!: expected a body after [v]"]])

(fn mistake [source]
  "The place and the reason that the compiler gives."
  (let [(ok? message) (pcall fennel.compile-string (.. header source)
                             {:filename "wrong.fnl" :allowedGlobals false})
        [line] [(message:match "^[^\n]*")]]
    (assert.is_false ok?)
    (values (line:match "^.*wrong%.fnl:(%d+:%d+): Compile error: .*$")
            (line:match "^.*Compile error: (.*)$"))))

(describe "The compiler refuses"
  (fn []
    (each [_ [name source place reason] (ipairs mistakes)]
      (it name
        (fn []
          (assert.same [place reason] [(mistake source)]))))

    (it "varargs in a go block of a function that has none"
      (fn []
        (let [(place reason) (mistake "(fn [x]\n  (go ...))")]
          (assert.equal "3:6" place)
          (assert.equal "unexpected vararg" reason))))

    (it "a long form by its beginning"
      (fn []
        (let [(_ reason) (mistake (.. "(alt! (" (string.rep "f " 50) "))"))]
          (assert.matches "^alt!: %(f f [f ]*%.%.%. has no expression$" reason))))))
