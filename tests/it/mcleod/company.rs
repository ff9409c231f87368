//! The wrong company: said in words, never shown as a fleet that is quiet.

use backhaul::http::Kind;
use backhaul::model::Batch;
use serde_json::json;

use super::server::{Quirks, Server};
use super::{now, recorded};

#[tokio::test]
async fn a_server_that_takes_us_to_be_in_another_company_is_told_of() {
    let user = |company: &str| json!({"companyId": company, "id": "svc", "type": "users", "username": "svc"});
    for xml in [false, true] {
        let read = async |company: &str| {
            let rows = vec![("users/current", user(company))];
            Server::start(Quirks { rows, xml, ..Quirks::default() })
                .await
                .try_read("company", None, &[], now())
                .await
        };
        assert_eq!(read("TMS").await, Ok(Batch::default()));
        assert_eq!(read("tms ").await, Ok(Batch::default()));
        assert_eq!(read("").await, Ok(Batch::default()), "who does not say is believed");
        let error = read("TMS2").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server takes us to be in company TMS2, not TMS; check `company_id`, `company_header` and the user"
        );
    }
}

#[tokio::test]
async fn a_server_that_does_not_say_which_company_is_believed() {
    for status in [403, 404, 406] {
        let server = Server::start(Quirks { always: Some((status, "no")), ..Quirks::default() }).await;
        assert_eq!(server.read("company", None, now()).await, Batch::default(), "{status}");
    }
    let recorded: &'static str = recorded("users_current.json").leak();
    let server = Server::start(Quirks { always: Some((200, recorded)), ..Quirks::default() }).await;
    assert_eq!(server.read("company", None, now()).await, Batch::default());
    let server = Server::start(Quirks { always: Some((401, "who?")), ..Quirks::default() }).await;
    assert_eq!(server.try_read("company", None, &[], now()).await.unwrap_err().kind, Kind::Unauthorized);
}

#[tokio::test]
async fn a_read_that_shows_only_rows_of_others_fails_with_the_reason() {
    let row = |path, company: &str| {
        let row = json!({"company_id": company, "id": "1", "name": "X", "status": "P", "mc_unit_no": "1",
            "position_date": "20260310155200-0500", "latitude": "30.1", "longitude": "-94.1"});
        (path, row)
    };
    for (resource, path) in [
        ("drivers", "drivers/search"),
        ("movements", "movements/search"),
        ("orders", "orders/search"),
        ("stops", "stop/search"),
        ("positions", "mcmessages/positions"),
    ] {
        let read = async |company: &str| {
            let quirks =
                Quirks { rows: vec![row(path, company)], cap: 5, time: (404, ""), ..Quirks::default() };
            Server::start(quirks).await.try_read(resource, None, &[], now()).await
        };
        assert!(!read("TMS").await.unwrap().changes.is_empty(), "{resource}");
        let error = read("TMS2").await.unwrap_err();
        assert_eq!(error.kind, Kind::Rejected, "{resource}");
        assert!(
            error.message.starts_with("not one row is ours: the first is of company TMS2, not TMS;"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_changed_lately_may_well_be_others_alone() {
    let row = |company: &str, id: &str| {
        ("movements/search", json!({"company_id": company, "id": id, "status": "P"}))
    };
    let rows = vec![row("TMS", "1"), row("TMS2", "2")];
    let server = Server::start(Quirks { rows, cap: 5, time: (404, ""), ..Quirks::default() }).await;
    let first = server.read("movements", None, now()).await;
    assert_eq!((first.changes.len(), first.rejects.len()), (1, 1));
    let quiet =
        Server::start(Quirks { rows: vec![row("TMS2", "2")], cap: 5, time: (404, ""), ..Quirks::default() });
    let second = quiet.await.read("movements", first.cursor.as_deref(), now()).await;
    assert_eq!((second.changes.len(), second.rejects.len()), (0, 1));
}
