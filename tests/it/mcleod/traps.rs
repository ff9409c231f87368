//! The ways in which servers, releases and tenants differ, one fact each.

use backhaul::http::Kind;
use backhaul::model::{Batch, Loaded, MovementStatus, StopType, TmsOrder};
use backhaul::providers::mcleod::{McLeod, StopTimeBasis};
use serde_json::{Value, json};

use super::{MCLEOD, account, at, movements, normalise, now, orders, recorded, stops};

#[test]
fn a_single_row_may_come_as_a_bare_object() {
    let batch = normalise("movements", &recorded("movements_search_single_object.json"));
    assert_eq!(movements(&batch).len(), 1);
    assert_eq!(stops(&batch).len(), 2);
    assert_eq!(movements(&batch)[0].order_id.as_deref(), Some("0138818"));
}

#[test]
fn nothing_found_is_null_or_an_empty_list_or_no_body_at_all() {
    for name in ["search_empty_null.json", "search_empty_array.json", "search_empty.xml"] {
        assert_eq!(normalise("movements", &recorded(name)), Batch::default(), "{name}");
    }
    for body in ["", " \n", "<?xml version=\"1.0\"?><list></list>"] {
        assert_eq!(normalise("movements", body), Batch::default(), "{body:?}");
    }
}

#[test]
fn an_answer_in_strings_tells_what_the_native_one_does() {
    assert_eq!(
        normalise("assignments", &recorded("movement_get_DOC_STYLE_STRINGS.json")),
        normalise("assignments", &recorded("movement_get.json"))
    );
}

#[test]
fn a_date_without_an_offset_is_the_servers() {
    let without = normalise("movements", &recorded("movement_get_SERVER_TZ_NO_OFFSET.json"));
    let with = normalise("movements", &recorded("movement_get.json"));
    assert_eq!(movements(&without)[0].next_call_at, Some(at("2026-03-11T11:00:00Z")));
    assert_eq!(movements(&without)[0].next_call_at, movements(&with)[0].next_call_at);
}

#[test]
fn padding_of_char_columns_is_trimmed_and_leading_zeros_stay() {
    let row = r#"{"company_id":"TMS ","id":"0138811   ","status":"P ","customer_id":"ACME    ","ordered_date":"20260306143000-0600"}"#;
    let batch = normalise("orders", row);
    let order = orders(&batch)[0];
    assert_eq!(
        (order.company_id.as_str(), order.id.as_str(), order.status, order.customer_id.as_deref()),
        ("TMS", "0138811", MovementStatus::InProgress, Some("ACME"))
    );
}

#[test]
fn a_row_of_another_company_is_rejected_with_the_reason_and_not_stored() {
    let body = recorded("movements_search_list.json").replacen("\"TMS\"", "\"TMS2\"", 1);
    let batch = normalise("movements", &body);
    let ids: Vec<&str> = movements(&batch).into_iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["0412240", "0412233"]);
    assert_eq!(batch.rejects.len(), 1);
    assert_eq!(batch.rejects[0].external_id, "0412251");
    assert_eq!(batch.rejects[0].reason, "movement is of company TMS2, not TMS");
}

#[test]
fn a_child_of_another_company_is_rejected_alone() {
    let row = r#"{"company_id":"TMS","id":"7","stops":[{"company_id":"TMS2","id":"a"},{"id":"b"}]}"#;
    let batch = normalise("movements", row);
    assert_eq!(stops(&batch).iter().map(|stop| stop.id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(stops(&batch)[0].movement_id.as_deref(), Some("7"));
    assert_eq!(batch.rejects[0].reason, "stop is of company TMS2, not TMS");
}

#[test]
fn a_broken_row_is_rejected_and_its_neighbours_are_not() {
    let body = r#"[
        {"company_id":"TMS","id":"1","status":"P"},
        ["2"],
        {"company_id":"TMS","id":"3","id":"3"},
        {"company_id":"TMS","status":"P"},
        null,
        {"company_id":"TMS","id":"6","status":{"odd":[1]},"move_distance":["x"],"stops":"none"}
    ]"#;
    let batch = normalise("movements", body);
    let ids: Vec<&str> = movements(&batch).into_iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["1", "6"]);
    let reasons: Vec<&str> = batch.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["not a movement row", "not a movement row", "a movement row without an id", "not a movement row"]
    );
}

#[test]
fn an_answer_that_is_no_list_of_rows_is_malformed() {
    for body in
        ["<html>gateway</html>", "<list>", "[{\"id\":", r#"{"message":"no licence"}"#, "[null, 7]", "7"]
    {
        let error = MCLEOD.normalise("movements", body, now()).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed, "{body}");
    }
}

#[test]
fn sentinel_dates_and_a_missing_end_of_the_window_are_understood() {
    let row = r#"{"company_id":"TMS","id":"s","movement_sequence":0,"sched_arrive_early":"20260313080000-0500",
        "sched_arrive_late":"22150101000000-0600","actual_departure":"22150101000000-0600",
        "actual_arrival":"19700101000000-0600"}"#;
    let batch = normalise("stops", row);
    let stop = stops(&batch)[0];
    assert_eq!(stop.scheduled_early_at, Some(at("2026-03-13T13:00:00Z")));
    assert_eq!(stop.scheduled_late_at, stop.scheduled_early_at);
    assert_eq!(stop.scheduled_raw.as_deref(), Some("20260313080000-0500/22150101000000-0600"));
    assert_eq!((stop.actual_arrival_at, stop.actual_departure_at), (None, None));
}

#[test]
fn the_eta_falls_back_to_the_projected_and_then_to_the_planned_arrival() {
    let check = |columns: &str, expected: Option<&str>| {
        let row = format!(r#"{{"company_id":"TMS","id":"s"{columns}}}"#);
        let batch = normalise("stops", &row);
        assert_eq!(stops(&batch)[0].tms_eta_at, expected.map(at), "{columns}");
    };
    let planned = r#","planned_arrival_time":"20260311100000-0500""#;
    let projected = r#","projected_arrival":"20260311090000-0500""#;
    let eta = r#","eta":"20260311080000-0500""#;
    check("", None);
    check(planned, Some("2026-03-11T15:00:00Z"));
    check(&format!("{planned}{projected}"), Some("2026-03-11T14:00:00Z"));
    check(&format!("{planned}{projected}{eta}"), Some("2026-03-11T13:00:00Z"));
    check(&format!("{projected}{}", r#","eta":"22150101000000-0500""#), Some("2026-03-11T14:00:00Z"));
}

#[test]
fn a_stops_wall_clock_is_read_in_its_own_zone_where_so_set() {
    let local = McLeod::new(super::Account {
        stop_time_basis: StopTimeBasis::StopLocal,
        ..account("https://tms.example.com/ws")
    });
    let local = local.unwrap();
    let check = |columns: &str, early: &str, timezone: Option<&str>| {
        let row = format!(r#"{{"company_id":"TMS","id":"s",{columns}}}"#);
        let batch = local.normalise("stops", &row, now()).unwrap();
        let stop = stops(&batch)[0];
        assert_eq!(stop.scheduled_early_at, Some(at(early)), "{columns}");
        assert_eq!(stop.timezone.as_deref(), timezone, "{columns}");
    };
    let spring = r#""sched_arrive_early":"20260310090000-0500""#;
    check(&format!(r#"{spring},"state":"GA","__timezone":"EDT""#), "2026-03-10T13:00:00Z", Some("EDT"));
    check(&format!(r#"{spring},"state":"GA","__timezone":"EST""#), "2026-03-10T13:00:00Z", Some("EST"));
    check(&format!(r#"{spring},"state":"CA""#), "2026-03-10T16:00:00Z", None);
    check(&format!(r#"{spring},"state":"TX""#), "2026-03-10T14:00:00Z", None);
    let el_paso = r#""state":"TX","latitude":31.76,"longitude":106.49"#;
    check(&format!("{spring},{el_paso}"), "2026-03-10T15:00:00Z", None);
    check(spring, "2026-03-10T14:00:00Z", None);
    let winter = r#""sched_arrive_early":"20260305090000-0500","state":"NY""#;
    check(winter, "2026-03-05T14:00:00Z", None);
}

#[test]
fn an_orders_movements_come_under_either_key() {
    for body in [recorded("orders_search_list.json"), recorded("order_get.json")] {
        let batch = normalise("orders", &body);
        assert_eq!(movements(&batch).iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["0412233"]);
        assert_eq!(movements(&batch)[0].order_id.as_deref(), Some("0138811"));
    }
    let both = r#"{"company_id":"TMS","id":"1","movement":{"id":"7"},"movements":[{"id":"8"}]}"#;
    let batch = normalise("orders", both);
    assert_eq!(movements(&batch).len(), 2);
    assert_eq!(orders(&batch)[0].movement_id.as_deref(), Some("7"));
}

#[test]
fn an_order_that_a_movement_brings_along_is_told_by_the_columns_that_came() {
    let batch = normalise("movements", &recorded("movements_search_list.json"));
    assert!(movements(&batch).iter().all(|row| row.order_id.is_some()));
    let stub = |id: &str, movement: &str, customer: &str, bol: &str| TmsOrder {
        id: id.into(),
        company_id: "TMS".into(),
        movement_id: Some(movement.into()),
        customer_id: Some(customer.into()),
        bol: Some(bol.into()),
        status: if id == "0138818" { MovementStatus::Available } else { MovementStatus::InProgress },
        tms_status: Some(if id == "0138818" { "A" } else { "P" }.into()),
        ..TmsOrder::default()
    };
    let expected = [
        stub("0138829", "0412251", "COASSAGA", "CP-33018"),
        stub("0138818", "0412240", "RIVEMETN", "RS-5512"),
        stub("0138811", "0412233", "ACMEBIAL", "BL-990214"),
    ];
    assert_eq!(orders(&batch), expected.iter().collect::<Vec<_>>());
    // Which one it is, and no more, is no order; and one that is delivered need not be the current leg.
    let none = r#"{"company_id":"TMS","id":"7","status":"P","orders":[{"company_id":"TMS","id":"1"}]}"#;
    assert_eq!(orders(&normalise("movements", none)), Vec::<&TmsOrder>::new());
    let leg =
        r#"{"company_id":"TMS","id":"7","status":"D","orders":[{"company_id":"TMS","id":"1","status":"P"}]}"#;
    assert_eq!(orders(&normalise("movements", leg))[0].movement_id, None);
}

#[test]
fn custom_and_looked_up_columns_do_no_harm() {
    let body = recorded("movement_table_get.json").replacen('{', r#"{"cfaa_x":[{"y":1}],"cfaa_z":null,"#, 1);
    assert_eq!(movements(&normalise("movements", &body)).len(), 1);
}

#[test]
fn unknown_codes_are_kept_and_called_unknown() {
    let movement = normalise("movements", r#"{"company_id":"TMS","id":"7","status":"Q","loaded":"X"}"#);
    let row = movements(&movement)[0];
    assert_eq!((row.status, row.tms_status.as_deref()), (MovementStatus::Unknown, Some("Q")));
    assert_eq!(row.loaded, Loaded::Unknown);
    let stop = normalise("stops", r#"{"company_id":"TMS","id":"7","stop_type":"VA","status":"A"}"#);
    assert_eq!((stops(&stop)[0].kind, stops(&stop)[0].tms_type.as_deref()), (StopType::Other, Some("VA")));
}

#[test]
fn text_from_the_tms_cannot_reach_the_terminal() {
    let row = r#"{"company_id":"TMS","id":"A\u001b[2J1","name":"ACME\u202e \u001b]0;x\u0007FOODS"}"#;
    let said = format!("{:?}", normalise("customers", row).changes);
    assert!(said.contains("\"A1\"") && said.contains("\"ACME FOODS\""), "{said}");
}

#[test]
fn no_odd_value_in_any_column_sinks_the_row() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("..."),
        json!([[]]),
        json!({"id": []}),
    ];
    for (resource, name) in [
        ("drivers", "drivers_search_list.json"),
        ("tractors", "tractors_search_list.json"),
        ("trailers", "trailers_search_list.json"),
        ("assignments", "movement_get.json"),
        ("orders", "order_get.json"),
        ("stops", "stop_table_search_list.json"),
    ] {
        let recorded: Value = serde_json::from_str(&recorded(name)).unwrap();
        let row = recorded.get(0).unwrap_or(&recorded).as_object().unwrap();
        for column in row.keys().filter(|column| !["company_id", "id"].contains(&column.as_str())) {
            for value in &odd {
                let mut row = row.clone();
                row.insert(column.clone(), value.clone());
                let batch = normalise(resource, &Value::from(row).to_string());
                assert!(!batch.changes.is_empty() && batch.rejects.is_empty(), "{name} {column} {value}");
            }
        }
    }
}
