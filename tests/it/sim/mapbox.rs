//! The simulated Mapbox: as strict as the documentation, and as told by its rate headers.

use super::{Reply, World};
use backhaul::sim::Upstream;

const WAY: &str = "-97.5164,35.4676;-92.2896,34.7465";

impl World {
    async fn directions(&self, profile: &str, way: &str, options: &str) -> Reply {
        let token = self.sim.mapbox_token();
        let path = format!("/directions/v5/{profile}/{way}?{options}&access_token={token}");
        self.get(&format!("{}{}", self.sim.mapbox_url(), path.replace("?&", "?")), &[]).await
    }

    async fn with(&self, options: &str) -> Reply {
        self.directions("mapbox/driving-traffic", WAY, options).await
    }

    async fn batch(&self, query: &str, body: &str) -> Reply {
        let url = format!(
            "{}/search/geocode/v6/batch?{query}&access_token={}",
            self.sim.mapbox_url(),
            self.sim.mapbox_token()
        );
        let response = self.client.post(url).body(body.to_owned()).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }
}

async fn open() -> World {
    World::over(5, &[Upstream::Samsara]).await
}

#[tokio::test]
async fn what_the_documentation_does_not_know_is_refused() {
    let world = open().await;
    for options in [
        "foo=1",
        "overview=none",
        "geometries=polyline7",
        "alternatives=yes",
        "annotations=distance",
        "annotations=distance&overview=simplified",
        "annotations=price&overview=full",
        "max_height=13.5",
        "max_width=102",
        "max_weight=80000",
        "max_weight=-1",
        "max_weight=heavy",
        "exclude=bridges",
        "exclude=point(1)",
        "include=hov9",
        "bearings=87,60",
        "bearings=87,60;;",
        "bearings=400,60;",
        "bearings=87;",
        "radiuses=0;",
        "radiuses=50",
        "approaches=left;",
        "avoid_maneuver_radius=0",
        "depart_at=tomorrow",
        "arrive_by=2026-11-24T18:00:00Z",
        "steps=true",
        "waypoints=0;1",
        "snapping_include_closures=true",
        "overview=full&overview=full",
    ] {
        let reply = world.with(options).await;
        assert_eq!((reply.status, &reply.json()["code"]), (422, &"InvalidInput".into()), "{options}");
    }
}

#[tokio::test]
async fn what_it_knows_is_taken() {
    let world = open().await;
    for options in [
        "",
        "alternatives=false&steps=false&overview=false&notifications=none&language=en",
        "overview=full&geometries=geojson&annotations=distance,duration,speed,congestion,congestion_numeric,maxspeed",
        "max_height=4.12&max_width=2.6&max_weight=36.3&exclude=ferry,point(-95.1%2035.2)&include=hot",
        "bearings=87%2C60%3B&radiuses=unlimited;50&approaches=curb;unrestricted",
        "depart_at=2026-11-24T06:00&snapping_include_closures=true;false&continue_straight=true",
        "depart_at=2026-11-24T06:00:00Z&waypoints_per_route=true",
    ] {
        let reply = world.with(options).await;
        assert_eq!((reply.status, &reply.json()["code"]), (200, &"Ok".into()), "{options}: {}", reply.body);
    }
    assert_eq!(world.directions("mapbox/driving", WAY, "arrive_by=2026-11-24T18:00").await.status, 200);
    let json = world.directions("mapbox/driving-traffic", &format!("{WAY}.json"), "").await;
    assert_eq!(json.status, 200);
}

#[tokio::test]
async fn coordinates_are_counted_and_looked_at() {
    let world = open().await;
    let check = async |way: &str, words: &str| {
        let reply = world.directions("mapbox/driving-traffic", way, "").await;
        assert_eq!(reply.status, 422, "{way}");
        assert!(reply.body.contains(words), "{}", reply.body);
    };
    check("-97.5,35.4", "Not enough coordinates").await;
    check("-97.5,35.4;x,1", "Coordinate is invalid: x,1").await;
    check("-97.5,35.4;-92.2", "Coordinate is invalid").await;
    check("-97.5,35.4;34.7,-92.2", "Coordinate is invalid: 34.7,-92.2").await;
    let many = |count: usize| vec!["-97.5164,35.4676"; count].join(";");
    check(&many(26), "Too many coordinates; maximum number of coordinates is 25.").await;
    assert_eq!(world.directions("mapbox/driving-traffic", &many(25), "").await.status, 200);
    let far = world.directions("mapbox/driving-traffic", "-97.5,35.4;-50.0,35.4", "").await;
    assert_eq!((far.status, &far.json()["code"]), (200, &"NoSegment".into()));
    let unknown = world.directions("mapbox/truck", WAY, "").await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &"ProfileNotFound".into()));
    let there_and_back = ["-122.2348,47.3809;-80.1918,25.7617"; 1].join(";");
    assert_eq!(world.directions("mapbox/driving", &there_and_back, "").await.status, 200);
    let thrice = [there_and_back.as_str(); 3].join(";");
    let too_long = world.directions("mapbox/driving", &thrice, "").await;
    assert!(too_long.status == 422 && too_long.body.contains("10000 km"), "{}", too_long.body);
}

#[tokio::test]
async fn the_token_is_wanted_and_checked() {
    let world = open().await;
    let base = format!("{}/directions/v5/mapbox/driving/{WAY}", world.sim.mapbox_url());
    let none = world.get(&base, &[]).await;
    assert_eq!((none.status, &none.json()["message"]), (401, &"Not Authorized - No Token".into()));
    let wrong = world.get(&format!("{base}?access_token=pk.other"), &[]).await;
    assert_eq!((wrong.status, &wrong.json()["message"]), (401, &"Not Authorized - Invalid Token".into()));
    assert!(wrong.json().get("code").is_none());
}

#[tokio::test]
async fn three_hundred_a_minute_and_the_headers_say_so() {
    let world = open().await;
    for _ in 0..300 {
        let reply = world.with("overview=false").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["x-rate-limit-limit"], "300");
        assert_eq!(reply.headers["x-rate-limit-interval"], "60");
    }
    let reply = world.with("overview=false").await;
    assert_eq!((reply.status, reply.body.as_str()), (429, r#"{"message":"Too Many Requests"}"#));
    let reset: i64 = reply.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    assert!((super::NOON + 1..=super::NOON + 60).contains(&reset), "{reset}");
}

#[tokio::test]
async fn the_legs_add_up_and_the_drawn_line_has_their_length() {
    let world = open().await;
    let way = "-101.8313,35.222;-97.5164,35.4676;-90.049,35.1495";
    let options = "overview=full&geometries=geojson&annotations=distance,duration";
    let answer = world.directions("mapbox/driving-traffic", way, options).await.json();
    let route = &answer["routes"][0];
    let legs = route["legs"].as_array().unwrap();
    assert_eq!((legs.len(), answer["waypoints"].as_array().unwrap().len()), (2, 3));
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    for name in ["duration", "distance", "duration_typical", "weight"] {
        let sum: f64 = legs.iter().map(|leg| number(&leg[name])).sum();
        assert!((sum - number(&route[name])).abs() < 0.01, "{name}");
    }
    let points = route["geometry"]["coordinates"].as_array().unwrap().len();
    let entries: usize = legs.iter().map(|leg| leg["annotation"]["distance"].as_array().unwrap().len()).sum();
    assert_eq!(entries, points - 1);
    let miles = number(&route["distance"]) / 1609.344;
    assert!((650.0..720.0).contains(&miles), "{miles}");
    assert!((56.0..70.0).contains(&(miles / (number(&route["duration"]) / 3600.0))));
    let plain = world.directions("mapbox/driving", way, "overview=false").await.json();
    assert!(
        plain["routes"][0].get("duration_typical").is_none() && plain["routes"][0].get("geometry").is_none()
    );
    assert_eq!(plain["routes"][0]["legs"][0]["steps"], serde_json::json!([]));
}

#[tokio::test]
async fn a_batch_of_places_is_checked_whole() {
    let world = open().await;
    let good = r#"{"address_line1":"102 INDUSTRIAL PKWY","place":"SAN ANTONIO"}"#;
    for (query, body) in [
        ("permanent=true", "[]".to_owned()),
        ("permanent=true", "{}".to_owned()),
        ("permanent=true", "nonsense".to_owned()),
        ("permanent=yes", format!("[{good}]")),
        ("permanent=true&country=us", format!("[{good}]")),
        ("permanent=true", format!("[{}]", vec![good; 1001].join(","))),
        ("permanent=true", r#"[{"adress":"x"}]"#.to_owned()),
        ("permanent=true", r#"[{"limit":1}]"#.to_owned()),
        ("permanent=true", r#"[{"place":"x","limit":11}]"#.to_owned()),
        ("permanent=true", r#"[{"place":7}]"#.to_owned()),
    ] {
        let reply = world.batch(query, &body).await;
        assert_eq!(reply.status, 422, "{query} {}", &body[..body.len().min(60)]);
    }
    let reply = world.batch("permanent=true", &format!("[{good},{{\"place\":\"ATLANTIS\"}}]")).await;
    assert_eq!((reply.status, &reply.headers["x-rate-limit-limit"]), (200, &"1000".parse().unwrap()));
    let batch = &reply.json()["batch"];
    assert_eq!(batch[0]["features"][0]["properties"]["match_code"]["confidence"], "high");
    assert_eq!(batch[1]["features"], serde_json::json!([]));
}
