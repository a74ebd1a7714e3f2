//! How each command is called, for whoever reads its `--help`. Those with more
//! to say have their examples beside them.

/// Commands, and a call of each.
const EXAMPLES: [(&str, &str); 37] = [
    ("ack", "ack --at '2m ago'"),
    ("adopt-policy", "adopt-policy policy.toml"),
    ("answer", "answer 'in sync since 14:05'"),
    ("backup", "backup /backup/incidents.db"),
    ("cancel", "cancel --reason 'a false alarm'"),
    ("close", "close --incident INC-142"),
    ("config", "config check"),
    ("confirm-step", "confirm-step stop CEO"),
    ("correct", "correct last '14:05' --reason 'typed too late'"),
    ("describe", "describe --impact 'one in ten payments fails'"),
    ("engine", "engine --as standby"),
    ("export", "export incidents.jsonl"),
    (
        "external",
        "external draft 'Payments are slow. We are on it.'",
    ),
    ("follow", "follow"),
    ("impact-started", "impact-started '10m ago'"),
    ("leave", "leave scribe bo"),
    ("link", "link dashboard https://grafana.example/d/1"),
    ("list", "list --all -n 10"),
    (
        "long-running",
        "long-running 'the disk array is rebuilt until tomorrow'",
    ),
    ("man", "man --to /usr/local/share/man/man1"),
    ("merge", "merge INC-12 --incident INC-13 --yes"),
    ("mitigate", "mitigate --at '5m ago'"),
    ("page", "page bo 'the replica lags, please join' --yes"),
    ("phase", "phase fixing --rollback 'deploy the build before'"),
    ("pin", "pin '#12'"),
    ("reopen", "reopen --reason 'errors are back' --yes"),
    ("reset", "reset"),
    ("resolve", "resolve --new-failure-mode no --yes"),
    ("runbook", "runbook checkout"),
    ("severity", "severity P1 --yes"),
    ("show", "show INC-142"),
    (
        "skip-step",
        "skip-step management/2 --reason 'on a plane' --yes",
    ),
    ("status", "status -o json"),
    ("theme", "theme show harbor > mine.toml"),
    ("timeline", "timeline INC-142 --kind noted"),
    ("unhold", "unhold --yes"),
    ("verify", "verify"),
];

/// The command line with the examples in it.
pub fn added(command: clap::Command) -> clap::Command {
    EXAMPLES.iter().fold(command, |command, (verb, call)| {
        command.mut_subcommand(verb, |verb| {
            verb.after_help(format!("Example:\n  warroom {call}"))
        })
    })
}
