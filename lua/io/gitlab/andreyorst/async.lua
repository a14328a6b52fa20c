-- The name under which programs written for async.fnl ask for it. In Fennel's
-- compiler it stands for the macros, as `async` does.
return require("async")
