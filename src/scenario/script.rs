//! Scripts in Lua, as far as a scenario knows them: their text, and whether it is Lua at all.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::columns::reason;
use super::words::is_unseen;

/// The largest script.
pub(crate) const MAX_SCRIPT: u64 = 1 << 20;

/// The text of a script in a file. The error completes "cannot read the script …: ".
pub(super) fn read(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|e| reason(&e))?;
    // Anything else might never end.
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SCRIPT + 1).read_to_end(&mut bytes))
        .map_err(|e| reason(&e))?;
    if bytes.len() as u64 > MAX_SCRIPT {
        return Err(TOO_LARGE.to_owned());
    }
    String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not UTF-8 text")
    })
}

/// What is said of a script that is larger.
pub(super) const TOO_LARGE: &str = "it is larger than 1 MB";

/// The script's name in messages, as Lua would show it: of a long path the end.
pub(crate) fn shown_name(file: &str) -> Cow<'_, str> {
    // Lua shows 59 bytes and cuts characters into pieces.
    const LONGEST: usize = 55;
    let mut start = file.len().saturating_sub(LONGEST);
    while !file.is_char_boundary(start) {
        start += 1;
    }
    match start == 0 && !file.contains(is_unseen) {
        true => Cow::Borrowed(file),
        false => {
            let dots = if start > 0 { "..." } else { "" };
            let visible = |c| if is_unseen(c) { '\u{fffd}' } else { c };
            let end: String = file[start..].chars().map(visible).collect();
            Cow::Owned(format!("{dots}{end}"))
        }
    }
}

/// Why a text is no script, with its line.
#[cfg(feature = "lua")]
pub(super) fn wrong(name: &str, source: &str) -> Option<String> {
    use mlua::chunk::ChunkMode;
    use mlua::{Error, Lua, LuaOptions, StdLib};
    let lua = Lua::new_with(StdLib::NONE, LuaOptions::new()).ok()?;
    // A script of the largest size takes 30 MB.
    let _ = lua.set_memory_limit(128 << 20);
    let chunk = lua.load(source).set_mode(ChunkMode::Text);
    let message = match chunk.set_name(format!("@{name}")).into_function() {
        Ok(_) => return None,
        Err(Error::SyntaxError { message, .. } | Error::RuntimeError(message)) => message,
        Err(_) => "it takes too much memory".to_owned(),
    };
    let message = message.lines().next().unwrap_or_default();
    let visible = |c| if is_unseen(c) { '\u{fffd}' } else { c };
    let message: String = message.chars().map(visible).collect();
    match message.starts_with(&format!("{name}:")) {
        true => Some(message),
        false => Some(format!("{name}: {message}")),
    }
}

/// In a build without Lua there are no scripts.
#[cfg(not(feature = "lua"))]
pub(super) fn wrong(_: &str, _: &str) -> Option<String> {
    Some("this build of acdsim has no Lua: build it with the feature `lua`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shown_by_their_end() {
        assert_eq!(shown_name("a.lua"), "a.lua");
        assert_eq!(shown_name("a\n.lua"), "a\u{fffd}.lua");
        let long = format!("{}/a.lua", "é".repeat(100));
        let shown = shown_name(&long);
        assert!(shown.starts_with("...é") && shown.ends_with("é/a.lua"));
        assert!(shown.len() <= 59, "{shown}");
    }
}
