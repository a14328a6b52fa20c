//! Errors on their way to Lua.

use super::state::{Int, State};
use mlua::ffi;
use std::fmt::{self, Write};

/// A message of bounded length that owns nothing, so that a jump over it leaks
/// nothing.
pub struct Text {
    bytes: [u8; 400],
    len: usize,
}

impl Text {
    pub fn new(message: impl fmt::Display) -> Text {
        let mut text = Text { bytes: [0; 400], len: 0 };
        // Only a message that is too long fails; it is cut.
        let _ = write!(text, "{message}");
        text
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = self.bytes.len() - self.len;
        let n = s.len().min(room);
        self.bytes[self.len..self.len + n].copy_from_slice(&s.as_bytes()[..n]);
        self.len += n;
        if n < s.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

impl State {
    /// `[0 0 e]` Raises a message, with the place of the calling Lua code.
    #[cold]
    pub fn raise(self, message: impl fmt::Display + Copy) -> ! {
        let text = Text::new(message);
        // SAFETY: pushes two strings onto the free slots of a C function.
        unsafe {
            ffi::luaL_where(self.0, 1);
            self.text(text.bytes());
            ffi::lua_concat(self.0, 2);
        }
        self.fail()
    }

    /// `[0 0 e]`
    #[cold]
    pub fn no_memory(self) -> ! {
        self.raise("async: not enough memory")
    }

    /// `[0 0 e]` What came does not fit what the function expects.
    #[cold]
    pub fn bad_argument(self, function: &str, expected: &str, at: Int) -> ! {
        let got = self.type_name(at);
        self.raise(format_args!("{function}: {expected} expected, got {got} (argument {at})"))
    }

    /// The type of the value at `i`, for messages.
    pub fn type_name<'a>(self, i: Int) -> &'a str {
        if self.is_none(i) {
            return "no value";
        }
        // SAFETY: Lua's type names are static strings in ASCII.
        unsafe {
            let name = ffi::lua_typename(self.0, self.kind(i));
            std::ffi::CStr::from_ptr(name).to_str().unwrap_or("?")
        }
    }
}
