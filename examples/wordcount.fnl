;; The ten most frequent words in the files of a directory:
;;   fennel examples/wordcount.fnl [DIRECTORY]
;; Four files at a time are read and counted, and the counts are added up as they come.
(local async (require :async))

(local directory (or (. arg 1) (string.match (. arg 0) "^(.*)/") "."))

(fn quote-path [text]
  (.. "'" (string.gsub text "'" "'\\''") "'"))

(fn files-of [path]
  "The files, in the order of ls; it marks directories with a slash."
  (let [pipe (assert (io.popen (.. "ls -p " (quote-path path))))
        files (icollect [name (pipe:lines)]
                (if (not= "/" (name:sub -1))
                    (.. path "/" name)))]
    (pipe:close)
    files))

(fn count-words [file result]
  "A job of the pipeline. One that fails is reported, and the others go on."
  (let [counts {}]
    (with-open [handle (assert (io.open file :rb))]
      (each [word (string.gmatch (string.lower (handle:read :*a)) "%a+")]
        (tset counts word (+ 1 (or (. counts word) 0)))))
    (async.>! result counts)
    (async.close! result)))

(fn add [total counts]
  (set total.files (+ total.files 1))
  (each [word count (pairs counts)]
    (tset total.words word (+ count (or (. total.words word) 0))))
  total)

(local counts (async.chan))
(async.pipeline-async 4 counts count-words (async.to-chan! (files-of directory)))
(local total (async.<!! (async.reduce add {:files 0 :words {}} counts)))

(local words (icollect [word count (pairs total.words)] [word count]))
(table.sort words (fn [[word-a count-a] [word-b count-b]]
                    (if (= count-a count-b)
                        (< word-a word-b)
                        (> count-a count-b))))

(print (string.format "%d files, %d different words" total.files (length words)))
(for [i 1 (math.min 10 (length words))]
  (let [[word count] (. words i)]
    (print (string.format "%6d %s" count word))))
