//! A program that has Lua and the module built in, and takes memory away from
//! both. Each case runs in a process of its own, so that a crash is a result.
//!
//! `host` runs all cases, `host NAME...` those whose names contain a NAME. The
//! last line is the count.

mod embed;
mod fuse;
mod memory;
mod said;
mod state;
mod teeth;
mod time;
mod walk;

use std::fs::{self, File};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Barrier};
use std::time::Duration;

#[global_allocator]
static RUST: memory::Rust = memory::Rust;

/// Answers what there is to tell about a success.
type Case = fn() -> Result<String, String>;

/// No case takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(100);

/// How many of a failed case's last words are shown.
const SHOWN: usize = 12;

/// The first argument of a process that runs one case.
const ALONE: &str = "--alone";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [alone, name] if alone == ALONE => run_alone(name),
        wanted => run_all(wanted),
    }
}

fn cases() -> Vec<(String, Case)> {
    let cases = embed::CASES.iter().chain(teeth::CASES);
    cases.map(|&(name, case)| (name.to_string(), case)).collect()
}

/// The scenarios, as paths from the root.
fn scenarios() -> Vec<String> {
    let files = fs::read_dir(format!("{}/spec/oom", state::ROOT)).expect("spec/oom");
    let names = files.filter_map(|f| f.ok()?.file_name().into_string().ok());
    let mut paths: Vec<String> = names.map(|name| format!("spec/oom/{name}")).collect();
    paths.sort();
    paths
}

/// Ends this process if it takes too long.
fn watch() {
    let started = Arc::new(Barrier::new(2));
    let here = started.clone();
    std::thread::spawn(move || {
        // From here on, this thread takes and gives back no memory.
        here.wait();
        std::thread::sleep(PATIENCE);
        eprintln!("still not done after {PATIENCE:?}");
        std::process::exit(1);
    });
    started.wait();
}

fn run_alone(name: &str) -> ExitCode {
    watch();
    let outcome = match cases().iter().find(|(n, _)| n == name) {
        Some((_, case)) => case(),
        None if name == teeth::MISUSE => teeth::misuse(),
        None => walked(name),
    };
    match &outcome {
        Ok(told) => println!("{told}"),
        Err(error) => eprintln!("{error}"),
    }
    ExitCode::from(u8::from(outcome.is_err()))
}

fn walked(path: &str) -> Result<String, String> {
    let walked = walk::walk(path)?;
    if walked.is_empty() {
        return Ok("steady".into());
    }
    let sum: u64 = walked.iter().map(|(_, k)| k).sum();
    if sum == 0 {
        return Err("the task needs no memory, so it shows nothing".into());
    }
    let each: Vec<String> = walked.iter().map(|(shortage, k)| format!("{shortage:?} {k}")).collect();
    Ok(format!("{sum} failing allocations walked ({})", each.join(", ").to_lowercase()))
}

fn run_all(wanted: &[String]) -> ExitCode {
    let names = scenarios().into_iter().chain(cases().into_iter().map(|(name, _)| name));
    let (mut passed, mut failed) = (0, 0);
    for name in names.filter(|n| wanted.is_empty() || wanted.iter().any(|w| n.contains(w))) {
        match run_child(&name) {
            Ok(told) => {
                passed += 1;
                println!("ok      {name}: {told}");
            }
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}: {error}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}

/// Runs one case in a process of its own: its last line, or all that is known
/// about its failure.
pub fn run_child(name: &str) -> Result<String, String> {
    let log =
        std::env::temp_dir().join(format!("async-host-{}-{}", std::process::id(), name.replace('/', "-")));
    let child = || {
        let file = File::options().create(true).truncate(true).read(true).write(true).open(&log)?;
        let exe = std::env::current_exe()?;
        Command::new(exe)
            .args([ALONE, name])
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stderr(file)
            .output()
    };
    let output = child().map_err(|e| e.to_string())?;
    let said = fs::read(&log).unwrap_or_default();
    let _ = fs::remove_file(&log);
    let told = String::from_utf8_lossy(&output.stdout);
    let last = told.lines().last().unwrap_or("nothing was told").to_string();
    if output.status.success() {
        return Ok(last);
    }
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    let tail = &lines[lines.len().saturating_sub(SHOWN)..];
    Err(format!("{}; last: {last}\n{}", output.status, tail.join("\n")))
}
