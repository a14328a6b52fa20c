;; The macros seen from the compiler: imports, names, errors, documentation.
(local fennel (require :fennel))
(local {: child} (require :spec.support.init))
(import-macros {: go : go-loop : alt! : alt!!} :async)
(local {: chan : put! : <!!} (require :async))

(local header "(import-macros {: go : go-loop : alt! : alt!!} :async)\n")

(fn plain [expansion]
  "An expansion on one line, its gensyms without their numbers."
  (let [text (-> expansion
                 (: :gsub "%s+" " ")
                 (: :gsub "_%d+_" "#")
                 (: :gsub "%(fn {}" "(fn []"))] ; as Fennel shows an empty sequence
    text))

(fn compile [source globals]
  (fennel.compile-string (.. header source)
                         {:filename "user.fnl" :allowedGlobals (or globals false)}))

(describe "The macros are imported"
  (fn []
    (each [_ from (ipairs [":async" ":async.macros" "(doto :async require)"])]
      (it (.. "from " from " with nothing but package.path")
        (fn []
          (assert.same ["9" "exit 0"]
                       (pick-values 1 (child (string.format "
                         require('fennel').eval([[
                           (import-macros {: go : go-loop : alt! : alt!!} %s)
                           (local a (require :async))
                           (print (a.<!! (go-loop [n (#(a.<! (go $)) 5)]
                                           (if (< n 9)
                                               (recur (+ n 1))
                                               (alt! (a.timeout 1) n)))))
                         ]])" from)))))))))

(describe "An expansion"
  (fn []
    (it "of go is a call with a function"
      (fn []
        (assert.equal "((. (require \"async\") \"go\") (fn [] (do (f) x)))"
                      (plain (macrodebug (go (f) x) true)))
        (fn with-varargs [...] (macrodebug (go x) true))
        (assert.equal "((. (require \"async\") \"go\") (fn [...] (do x)) ...)"
                      (plain (with-varargs)))))

    (it "of go-loop is a go with a local function"
      (fn []
        (assert.equal (.. "((. (require \"async\") \"go\") (fn [] (do (let [i 0 start# t] "
                          "((fn recur [i [a b]] (do (f))) i start#)))))")
                      (plain (macrodebug (go-loop [i 0 [a b] t] (f)) true)))))

    (it "of alt! holds every form of the user once"
      (fn []
        (let [text (plain (macrodebug (alt! (in1) ([v] (one v)) [[(out) (val)]] (two)
                                            :default (def) :priority (pri)) true))]
          (each [_ form (ipairs ["(or (in1)" "(one v)" "(or (out)" "(val)" "(two)"
                                 "(def)" "(pri)"])]
            (let [(_ found) (text:gsub (form:gsub "%p" "%%%0") "")]
              (assert.equal 1 found form))))))

    (it "of one clause of alt! tests nothing"
      (fn []
        (assert.equal (.. "(let [port# (or c (error \"alt!: expected a channel, but c is nil\")) "
                          "result# ((. (require \"async\") \"alts!\") [port#])] "
                          "(let [[v] result#] v))")
                      (plain (macrodebug (alt! c ([v] v)) true)))))

    (it "uses no global but require and error"
      (fn []
        (compile "(fn [x y t] (go x) (go-loop [[a b] t i a] (if a (recur b i) i)))" [:require])
        (compile "(fn [a b x] (alt! a ([v p] v) [b [a x]] x :default x :priority x))"
                 [:require :error])
        (compile "(fn [a] (alt!! a 1))" [:require :error])))

    (it "is not confused by locals of the user"
      (fn []
        (let [(require error) (values nil nil)
              (result port value wrote) (values 1 2 3 4)
              full (doto (chan 1) (put! 5))]
          (assert.same [1 2 3 4 5]
                       (<!! (go-loop [start true]
                              (if start
                                  (recur false)
                                  (alt! full ([v] [result port value wrote v])
                                        [[(chan) 1]] [require error]))))))))

    (it "keeps each form on the line where the user wrote it"
      (fn []
        (let [source ["(go" "(alt! [(line3)" "(line4)" "[(line5)" "(line6)]]" "(line7)))"]
              code (fennel.compile-string (.. header (table.concat source "\n"))
                                         {:filename "user.fnl" :allowedGlobals false
                                          :correlate true})]
          (var n 0)
          (each [line (code:gmatch "([^\n]*)\n?")]
            (set n (+ n 1))
            (each [found (line:gmatch "line(%d)%(")]
              (assert.equal n (tonumber found))))
          (assert.is_true (<= 7 n)))))))

(describe "The documentation"
  (fn []
    (each [name arguments (pairs {:go "& body" :go-loop "bindings & body"
                                  :alt! "& clauses" :alt!! "& clauses"})]
      (it (.. "of " name " is there for ,doc")
        (fn []
          (let [text (fennel.doc (. fennel.macro-loaded :async name) name)]
            (assert.equal (.. "(" name " " arguments ")") (text:match "^[^\n]*"))
            (assert.is_nil (text:find "undocumented" 1 true))
            (assert.is_true (< 60 (length text)))))))))
