//! From the file to the rows: a `[[link]]` counts when the poller starts with it, and no longer when it
//! starts without.

use std::fs;

use super::Office;

#[test]
fn a_link_of_the_file_holds_from_start_to_start_and_doctor_knows() {
    let office = Office::frozen(8);
    let sync = || assert!(office.output(&["--sync-only", "--once"]).status.success());
    let doctor = || -> serde_json::Value {
        serde_json::from_slice(&office.output(&["doctor", "--json"]).stdout).unwrap()
    };
    let not_in_force = |rows: &serde_json::Value| {
        rows.as_array().unwrap().iter().any(|row| row["message"] == "its [[link]]s are not those in force")
    };
    sync();
    let fleet = office.fleet().unwrap();
    let before = fleet.tractors.len();
    let ids: Vec<_> = fleet.tractors.iter().take(2).map(|row| row.id.0.clone()).collect();
    let plain = fs::read_to_string(office.config()).unwrap();
    office.write_config(&format!("{plain}\n[[link]]\nkind = \"tractor\"\nunits = {ids:?}\n"));
    assert!(not_in_force(&doctor()));
    sync();
    assert_eq!(office.fleet().unwrap().tractors.len(), before - 1);
    assert!(!not_in_force(&doctor()));
    let trail = office.output(&["trail", &ids[1], "--geojson"]);
    let trail: serde_json::Value = serde_json::from_slice(&trail.stdout).unwrap();
    assert!(ids.iter().any(|id| trail["unit"]["id"] == id.as_str()), "{trail}");
    office.write_config(&plain);
    sync();
    assert_eq!(office.fleet().unwrap().tractors.len(), before);
}
