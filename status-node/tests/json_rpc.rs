//! The socket speaks JSON-RPC 2.0, to its owner alone, and keeps nobody waiting for a client that does
//! not read.
#![cfg(test)]
#![cfg(unix)]

use serde_json::{Value, json};
use status_node::data_folder::DataFolder;
use status_node::rpc::{
    CallError, Client, Ended, MAX_CLIENTS, MAX_LINE, MAX_UNREAD, Report, RpcError, SOCKET, Server,
    Service, code, methods,
};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Answers `echo` with its parameters.
#[derive(Clone)]
struct Echo(broadcast::Sender<Arc<Report>>);

impl Service for Echo {
    async fn call(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        match method {
            "echo" => Ok(json!({ "echo": params })),
            "report" => {
                let chat = params["chat"].as_str().unwrap_or_default().to_owned();
                let _ = self.0.send(Arc::new(Report::Chat { chat }));
                Ok(json!({}))
            }
            other => Err(RpcError::new(code::NO_METHOD, format!("no method {other}"))),
        }
    }

    fn reports(&self) -> broadcast::Receiver<Arc<Report>> {
        self.0.subscribe()
    }
}

/// A server in a folder of its own.
struct Home {
    folder: tempfile::TempDir,
    reports: broadcast::Sender<Arc<Report>>,
    serving: JoinHandle<()>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let server = Server::bind(&data).unwrap();
        let (reports, _) = broadcast::channel(64);
        let echo = Echo(reports.clone());
        let serving = tokio::spawn(async move {
            let _data = data;
            server.serve(echo).await;
        });
        Self {
            folder,
            reports,
            serving,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    async fn connect(&self) -> BufReader<UnixStream> {
        BufReader::new(UnixStream::connect(self.path()).await.unwrap())
    }

    /// Writes `lines`, says that nothing more comes, and gives what is answered.
    async fn answers(&self, lines: &str) -> Vec<Value> {
        let mut stream = self.connect().await;
        stream.write_all(lines.as_bytes()).await.unwrap();
        stream.get_mut().shutdown().await.unwrap();
        let mut answers = Vec::new();
        let mut lines = stream.lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            answers.push(serde_json::from_str(&line).unwrap());
        }
        answers
    }
}

#[tokio::test]
async fn each_call_is_answered_under_its_id_and_notifications_are_not() {
    let home = Home::new();
    let answers = home
        .answers(concat!(
            r#"{"jsonrpc":"2.0","id":7,"method":"echo","params":{"a":1}}"#,
            "\n",
            r#"{"jsonrpc":"2.0","method":"echo"}"#,
            "\n",
            r#"{"jsonrpc":"2.0","method":"missing"}"#,
            "\n",
            r#"{"jsonrpc":"2.0","id":"x","method":"missing"}"#,
            "\n",
            "{\n",
        ))
        .await;
    assert_eq!(answers.len(), 3);
    assert_eq!(
        answers[0],
        json!({ "jsonrpc": "2.0", "id": 7, "result": { "echo": { "a": 1 } } })
    );
    assert_eq!(answers[1]["id"], "x");
    assert_eq!(answers[1]["error"]["code"], code::NO_METHOD);
    assert_eq!(answers[2]["id"], Value::Null);
    assert_eq!(answers[2]["error"]["code"], code::PARSE);
}

#[tokio::test]
async fn a_batch_is_answered_in_one_line_or_not_at_all() {
    let home = Home::new();
    let answers = home
        .answers(concat!(
            r#"[{"jsonrpc":"2.0","id":1,"method":"echo"},{"jsonrpc":"2.0","method":"echo"},1]"#,
            "\n",
            r#"[{"jsonrpc":"2.0","method":"echo"}]"#,
            "\n[]\n",
        ))
        .await;
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0][0]["id"], 1);
    assert_eq!(answers[0][1]["error"]["code"], code::INVALID_REQUEST);
    assert_eq!(answers[0].as_array().unwrap().len(), 2);
    assert_eq!(answers[1]["error"]["code"], code::INVALID_REQUEST);
}

#[tokio::test]
async fn a_line_that_is_too_long_ends_the_connection_with_the_reason() {
    let home = Home::new();
    let mut stream = home.connect().await;
    let long = vec![b' '; MAX_LINE + 1];
    // The server may close the connection before all is written.
    let _ = stream.write_all(&long).await;
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["error"]["code"], code::LINE_TOO_LONG);
}

#[tokio::test]
async fn the_socket_is_its_owners_and_takes_the_place_only_of_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(folder.path()).unwrap();
    let path = folder.path().join(SOCKET);
    // What a process that was killed leaves behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let server = Server::bind(&data).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(server);
    assert!(!path.exists());

    std::fs::write(&path, "mine").unwrap();
    let error = Server::bind(&data).unwrap_err();
    assert!(error.to_string().contains("no socket"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[tokio::test]
async fn more_clients_than_are_served_are_told_so_and_a_place_that_is_left_is_free() {
    let home = Home::new();
    let mut clients = Vec::new();
    for _ in 0..MAX_CLIENTS {
        let mut client = Client::connect(&home.path()).await.unwrap();
        client.call_named("echo", json!({})).await.unwrap();
        clients.push(client);
    }
    let mut line = String::new();
    home.connect().await.read_line(&mut line).await.unwrap();
    let answer: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(answer["error"]["code"], code::TOO_MANY_CLIENTS);

    clients.pop();
    loop {
        let mut client = Client::connect(&home.path()).await.unwrap();
        match client.call_named("echo", json!({})).await {
            Ok(_) => break,
            // The server has not seen yet that the other one is gone.
            Err(CallError::Refused(error)) => assert_eq!(error.code, code::TOO_MANY_CLIENTS),
            Err(CallError::Io(_) | CallError::Gone) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_subscriber_is_told_what_it_asked_for_until_it_asks_no_more() {
    let home = Home::new();
    let mut client = Client::connect(&home.path()).await.unwrap();
    let subscribe = methods::Subscribe {
        to: vec![status_node::rpc::ReportKind::Chat],
        chats: vec!["#a".parse().unwrap()],
    };
    let subscription = client.call(&subscribe).await.unwrap().subscription;
    for chat in ["#b", "#a"] {
        let told = client.call_named("report", json!({ "chat": chat })).await;
        told.unwrap();
    }
    let chat = "#a".to_owned();
    assert_eq!(client.report().await.unwrap(), Report::Chat { chat });

    let unsubscribe = methods::Unsubscribe { subscription };
    client.call(&unsubscribe).await.unwrap();
    let error = client.call(&unsubscribe).await.unwrap_err();
    assert!(matches!(error, CallError::Refused(error) if error.code == code::UNKNOWN));
    assert_eq!(home.reports.receiver_count(), 0);
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_loses_the_subscription_and_nobody_waits() {
    let home = Home::new();
    let mut idle = Client::connect(&home.path()).await.unwrap();
    let subscribe = methods::Subscribe {
        to: vec![status_node::rpc::ReportKind::Chat],
        chats: Vec::new(),
    };
    idle.call(&subscribe).await.unwrap();
    let mut busy = Client::connect(&home.path()).await.unwrap();
    // More than the system and the server keep for the one that does not read.
    let long = "a".repeat(MAX_UNREAD / 8);
    while home.reports.receiver_count() > 0 {
        let told = busy.call_named("report", json!({ "chat": long })).await;
        if told.is_err() {
            // Between the loop's question and the report the last subscriber went.
            break;
        }
    }
    let mut told = 0;
    let ended = loop {
        match idle.report().await {
            Ok(_) => told += 1,
            Err(CallError::Ended(ended)) => break ended,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(told > 0);
    assert!(matches!(ended, Ended::Unread | Ended::Lagged));
    idle.call_named("echo", json!({})).await.unwrap();
}

#[tokio::test]
async fn clients_end_with_the_server() {
    let home = Home::new();
    let mut client = Client::connect(&home.path()).await.unwrap();
    client.call_named("echo", json!({})).await.unwrap();
    home.serving.abort();
    let error = client.report().await.unwrap_err();
    assert!(matches!(error, CallError::Gone), "{error}");
    assert!(!home.path().exists());
}
