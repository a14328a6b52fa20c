;; The macros of `async`: go, go-loop, alt! and alt!!.
;;
;; Users get lua/async/macros.lua, which ci/macros.sh makes from this file: Fennel's macro
;; searcher finds Lua on package.path, so an installed library needs no FENNEL_MACRO_PATH.
;;
;; What an expansion promises:
;; - it finds the library by (require :async) when the program runs, and defines no global;
;; - each form the user wrote stands in it once;
;; - every name it brings is a gensym, but for `recur`, which the user is meant to see.

(fn host [name]
  "The symbol of a Lua function, even where a local of the user has taken its name."
  (sym (if (in-scope? name) (.. "_G." name) name)))

(fn runtime [key]
  "The form that finds `key` in the library."
  `(. (,(host :require) :async) ,key))

(fn check [ok? message form]
  "Stop the compiler with `message`, pointing at `form` if it knows its line."
  (if ok? ok?
      (. (ast-source form) :line) (assert-compile false message form)
      (error message 0)))

(fn text [form]
  "A form as the user wrote it, short enough for a message."
  (let [shown (view form {:one-line? true :prefer-colon? true})]
    (if (< 60 (length shown)) (.. (shown:sub 1 57) "...") shown)))

;;; go and go-loop

(fn spawn [...]
  "Call the library's go with a function of these forms.

The function is a plain `fn`: in a hash function it leaves $ alone. Where `...` is in scope it
is passed through, with its nils; which forms use it cannot be seen before they are expanded.
The `do` keeps a string or a table at the head from being read as the function's docstring."
  (if (. (get-scope) :vararg)
      `(,(runtime :go) (fn [...] (do ,...)) ...)
      `(,(runtime :go) (fn [] (do ,...)))))

(fn go [...]
  {:fnl/arglist [& body]
   :fnl/body-form? true
   :fnl/docstring "Run body as a go block: at once, until it first has to wait.
Inside, <! >! and alts! park only this block. Returns a channel that gets the
value of body, if it is not nil, and is then closed.

  (go (let [v (<! in)] (>! out (* v 2))))"}
  (spawn ...))

(fn check-bindings [bindings]
  (check (sequence? bindings)
         (.. "go-loop: expected bindings like [i 0], got " (text bindings)) bindings)
  (let [n (length bindings)]
    (check (= 0 (% n 2))
           (.. "go-loop: " (text (. bindings n)) " has no initial value") bindings)
    (for [i 1 n 2]
      (let [target (. bindings i)]
        (check (or (and (sym? target) (not (multi-sym? target))
                        (not (sym? target :nil)) (not (sym? target :&)))
                   (table? target))
               (.. "go-loop: expected a name or a table of names to bind, got " (text target))
               (if (= :table (type target)) target bindings))))))

(fn go-loop [bindings ...]
  {:fnl/arglist [bindings & body]
   :fnl/body-form? true
   :fnl/docstring "A go block that loops: (recur ...) in tail position starts body again, with
a new value for each binding. A later initial value may use the earlier
names and `...`; a binding may take a table apart. The initial values are
evaluated in the go block.

  (go-loop [total 0]
    (let [v (<! numbers)]
      (if v (recur (+ total v)) total)))"}
  (check-bindings bindings)
  (check (< 0 (select "#" ...)) "go-loop: expected a body after the bindings" bindings)
  (let [recur (sym :recur)
        starts (sequence)
        params (sequence)
        call (list `(fn ,recur ,params (do ,...)))
        n (length bindings)]
    (for [i 1 n 2]
      (let [target (. bindings i)
            name (if (sym? target) target (gensym :start))]
        (table.insert starts name)
        (table.insert starts (. bindings (+ i 1)))
        (when (and (table? target) (< (+ i 1) n)) ; later initial values may use its names
          (table.insert starts target)
          (table.insert starts name))
        (table.insert params target)
        (table.insert call name)))
    (spawn `(let ,starts ,call))))

;;; alt! and alt!!
;;
;; Reading the clauses fills one table, `alt`:
;;   name      of the macro, for messages
;;   lets      gensyms and the forms for their values, in the order of the clauses
;;   ports     what alts! gets: gensyms, and pairs of gensyms for puts
;;   puts      gensyms of all channels put to        takes    and of all taken from
;;   options   forms by name
;;   clauses   {: takes : puts : expr}

(fn channel? [form]
  "Can this form have a channel as its value? No literal can."
  (or (list? form) (varg? form) (and (sym? form) (not (sym? form :nil)))))

(fn place! [node form]
  "Let `node` stand where the user wrote `form`, for the lines in errors and tracebacks."
  (let [{: filename : line} (ast-source form)]
    (when line
      (set (node.filename node.line) (values filename line)))
    node))

(fn bind! [alt form base]
  (let [name (place! (gensym base) form)]
    (table.insert alt.lets name)
    (table.insert alt.lets form)
    name))

(fn add-port! [alt form at kind]
  "Bind the channel of one port; a nil at the end of the ports would else vanish unseen."
  (check (channel? form)
         (.. alt.name ": expected a channel, got " (text form)
             "; a put is written [[channel value]]") at)
  (let [complaint (.. alt.name ": expected a channel, but " (text form) " is nil")
        checked (place! `(or ,form (,(host :error) ,complaint)) form)
        name (bind! alt checked :port)]
    (table.insert (. alt kind) name)
    name))

(fn add-op! [alt clause form at]
  (if (sequence? form)
      (do (check (= 2 (length form))
                 (.. alt.name ": a put is a pair [channel value], got " (text form)) form)
          (let [port (add-port! alt (. form 1) form :puts)]
            (table.insert clause.puts port)
            (table.insert alt.ports [port (bind! alt (. form 2) :value)])))
      (let [port (add-port! alt form at :takes)]
        (table.insert clause.takes port)
        (table.insert alt.ports port))))

(fn check-expr [alt expr]
  "A clause's expression may be ([value port] body...)."
  (when (and (list? expr) (sequence? (. expr 1)))
    (let [names (. expr 1)]
      (check (<= (length names) 2)
             (.. alt.name ": a clause binds a value and a port, got " (text names)) names)
      (check (. expr 2)
             (.. alt.name ": expected a body after " (text names)) expr))))

(fn add-clause! [alt ports expr]
  (let [clause {: expr :takes [] :puts []}]
    (check-expr alt expr)
    (if (sequence? ports)
        (do (check (. ports 1) (.. alt.name ": [] names no port") ports)
            (each [_ form (ipairs ports)]
              (add-op! alt clause form ports)))
        (add-op! alt clause ports ports))
    (table.insert alt.clauses clause)))

(fn add-option! [alt key value]
  (check (or (= key :default) (= key :priority))
         (.. alt.name ": unknown option " (text key) "; there are :default and :priority") value)
  (check (= nil (. alt.options key))
         (.. alt.name ": " (text key) " is given twice") value)
  (tset alt.options key value))

(fn read-clauses [name ...]
  (let [alt {: name :lets (sequence) :ports (sequence) :puts [] :takes [] :options {} :clauses []}
        forms [...]
        n (select "#" ...)]
    (for [i 1 n 2]
      (let [key (. forms i)]
        (check (< i n) (.. name ": " (text key) " has no expression") key)
        (if (= :string (type key))
            (add-option! alt key (. forms (+ i 1)))
            (add-clause! alt key (. forms (+ i 1))))))
    (check (. alt.clauses 1) (.. name ": expected a port and an expression") (. forms 2))
    alt))

;; `outcome` names what alts! returned: {: result : value : port : wrote}. Who both takes and puts
;; in one form may do so on one channel. Then a boolean is the answer to a put, and all else a taken
;; value; only who sends booleans there cannot tell them apart. `wrote` is that test.

(fn any [port names]
  "Is the port one of these?"
  (let [tests (icollect [_ name (ipairs names) &into (list `or)]
                `(= ,port ,name))]
    (if (. tests 3) tests (. tests 2))))

(fn won [clause {: port : wrote}]
  "The test that one of the clause's operations is the one that happened."
  (let [take (and (. clause.takes 1) (any port clause.takes))
        put (and (. clause.puts 1) (any port clause.puts))]
    (if (not wrote) (or take put)
        (not put) `(and (not ,wrote) ,take)
        (not take) `(and ,wrote ,put)
        `(or (and (not ,wrote) ,take) (and ,wrote ,put)))))

(fn body [expr outcome]
  (if (and (list? expr) (sequence? (. expr 1)))
      `(let [,(. expr 1) ,outcome.result] ,(unpack expr 2))
      expr))

(fn choose [alt outcome]
  "The `if` over the clauses. Without a default the last one needs no test."
  (let [default? (not= nil alt.options.default)
        tree (list `if)]
    (each [i clause (ipairs alt.clauses)]
      (when (or default? (< i (length alt.clauses)))
        (table.insert tree (won clause outcome)))
      (table.insert tree (body clause.expr outcome)))
    (when default? (table.insert tree outcome.value))
    tree))

(fn call-alts [alt verb]
  (let [call (list (runtime verb) alt.ports)]
    (each [_ key (ipairs [:default :priority])]
      (when (not= nil (. alt.options key))
        (table.insert call key)
        (table.insert call (bind! alt (. alt.options key) key))))
    call))

(fn bind-outcome! [alt result]
  (let [value (bind! alt `(. ,result 1) :value)
        port (bind! alt `(. ,result 2) :port)
        both? (and (. alt.takes 1) (. alt.puts 1))
        wrote (when both?
                (bind! alt `(and (or (= ,value true) (= ,value false)) ,(any port alt.puts))
                       :wrote))]
    {: result : value : port : wrote}))

(fn expand [name verb ...]
  (let [alt (read-clauses name ...)
        result (bind! alt (call-alts alt verb) :result)
        [only another] alt.clauses
        tree (if (or another (not= nil alt.options.default))
                 (choose alt (bind-outcome! alt result))
                 (body only.expr {: result}))]
    `(let ,alt.lets
       ,tree)))

(fn alt! [...]
  {:fnl/arglist [& clauses]
   :fnl/docstring "Do the one operation that is possible first, and give the value of its
clause; park the go block until then. A clause is a port and an expression:

  in                 takes from in
  [a b]              takes from a or from b
  [[out 5]]          puts 5 on out
  ([v port] ...)     an expression that binds the result and the port

Ports and put values are evaluated once, in order, before anything happens.
:default v makes v the value when nothing is possible now.
:priority true tries the ports in the order written, not in a random one.

  (alt! in ([v] (* v 2))
        [[out 5]] :written
        (timeout 100) :late)"}
  (expand :alt! :alts! ...))

(fn alt!! [...]
  {:fnl/arglist [& clauses]
   :fnl/docstring "As alt!, for the main thread: it blocks where alt! parks."}
  (expand :alt!! :alts!! ...))

{: go : go-loop : alt! : alt!!}
