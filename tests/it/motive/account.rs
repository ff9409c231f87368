//! Motive as an account: from its configuration to what the store makes of what it tells.

use std::path::Path;

use backhaul::config::{Config, Sources};
use backhaul::daemon;
use backhaul::model::UnitId;

use super::{batch, users, vehicles};
use crate::store::Bench;

#[test]
fn both_ways_to_log_in_make_an_account_that_is_polled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let database = folder.path().join("b.db");
    let check = |login: &str, polled: usize| {
        let text = format!(
            "[database]\nurl = \"sqlite:{}\"\n[[eld]]\nprovider = \"motive\"\n{login}",
            database.display()
        );
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let environment = |_: &str| None;
        let mut sources = Sources::new(&environment);
        sources.system_file = Path::new("/nonexistent/config.toml");
        sources.file = Some(file.clone());
        let config = Config::load(&sources).unwrap();
        assert_eq!(daemon::accounts(&config).unwrap().len(), polled, "{login}");
        let off = config.off_accounts();
        assert_eq!(off.iter().filter(|(name, _)| name == "motive").count(), 1 - polled, "{login}: {off:?}");
    };
    check("api_key = \"key\"\n", 1);
    check("client_id = \"app\"\nclient_secret = \"secret\"\nrefresh_token = \"first\"\n", 1);
    check("client_id = \"app\"\nclient_secret = \"secret\"\n", 0);
}

#[tokio::test]
async fn a_truck_that_its_driver_left_has_no_driver_any_more() {
    let mut bench = Bench::new();
    let trucks = vehicles(&[r#"{"id":1,"number":"T-1"}"#, r#"{"id":2,"number":"T-2"}"#]);
    bench.tell_batch("motive", "vehicles", batch("vehicles", &trucks)).await;
    let people = users(&[r#"{"id":8,"first_name":"Ana"}"#, r#"{"id":9,"first_name":"Bob"}"#]);
    bench.tell_batch("motive", "drivers", batch("drivers", &people)).await;
    let mut drivers = async |first: &str, second: &str| {
        let rows = [(1, first), (2, second)]
            .map(|(id, driver)| format!(r#"{{"id":{id},"current_driver":{driver}}}"#));
        let text = vehicles(&[&rows[0], &rows[1]]);
        bench.tell_batch("motive", "vehicle_locations", batch("vehicle_locations", &text)).await;
        let fleet = bench.fleet();
        ["1", "2"].map(|id| {
            let truck = fleet.tractors.get(&UnitId(format!("motive:{id}").into())).unwrap();
            truck.driver_id.as_ref().map(|driver| driver.0.trim_start_matches("motive:").to_owned())
        })
    };
    let told = |drivers: [Option<&str>; 2]| drivers.map(|driver| driver.map(str::to_owned));
    let (ana, bob, nobody) = (r#"{"id":8}"#, r#"{"id":9}"#, "null");
    assert_eq!(drivers(ana, bob).await, told([Some("8"), Some("9")]));
    assert_eq!(drivers(nobody, bob).await, told([None, Some("9")]));
    assert_eq!(drivers(bob, nobody).await, told([Some("9"), None]));
    assert_eq!(drivers(nobody, nobody).await, told([None, None]));
}
