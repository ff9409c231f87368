//! Drivers, tractors, trailers, positions and customers: what their rows tell.

use super::answer::Row;
use super::border::{Border, heading, place};
use super::scalar::Scalar;
use super::wire::{Customer, Driver, Position, Tractor, Trailer};
use crate::model::{
    Batch, Change, Clocks, DutyStatus, Fix, Pairing, PairingSource, Profile, Tie, UnitKind, clean,
};

/// Longest name kept.
const NAME_LENGTH: usize = 80;
/// Faster than any truck: a reading, not a speed.
const FASTEST_MPH: f64 = 200.0;
/// More hours than any rule set gives.
const MOST_HOURS: f64 = 120.0;

impl<'a> Row<'a> for Driver<'a> {
    const NAME: &'static str = "driver";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        let profile = self.profile(id);
        let tractor = self.tractor_id.id().filter(|_| profile.active);
        told.changes.push(Change::Profile(Box::new(profile)));
        told.changes.push(standing(Tie::DriverTractor, id, tractor));
        if let Some(clocks) = self.clocks(border) {
            told.changes.push(Change::Clocks { external_id: id.to_owned(), clocks });
        }
        Ok(())
    }
}

impl Driver<'_> {
    fn profile(&self, id: &str) -> Profile {
        Profile {
            // A column left out is null, and a driver whose flag is null was never dismissed.
            active: self.is_active.flag().unwrap_or(true),
            phone: self.cell_phone.kept(40).or_else(|| self.phone.kept(40)),
            dispatcher: self.fleet_manager.id(),
            equipment_group: self.currenteqpgrpid.id(),
            ..Profile::new(UnitKind::Driver, id, self.names().unwrap_or_else(|| id.to_owned()))
        }
    }

    fn names(&self) -> Option<String> {
        let names = [&self.first_name, &self.name].map(|name| name.kept(NAME_LENGTH).unwrap_or_default());
        Some(clean(&names.join(" "), NAME_LENGTH)).filter(|name| !name.is_empty())
    }

    /// The hours that the ELD integration left on the row; without their age they say nothing.
    fn clocks(&self, border: &Border<'_>) -> Option<Clocks> {
        let clocks = Clocks {
            status: Some(duty_status(&self.event_status)),
            status_since_at: border.instant(&self.event_date),
            drive_left_s: seconds(&self.avl_drive_hours),
            shift_left_s: seconds(&self.avl_onduty_hours),
            cycle_left_s: seconds(&self.avl_hours),
            as_of_at: border.instant(&self.avl_as_of_date)?,
            ..Clocks::default()
        };
        let silent = clocks.status == Some(DutyStatus::Unknown)
            && clocks.drive_left_s.or(clocks.shift_left_s).or(clocks.cycle_left_s).is_none();
        (!silent).then_some(clocks)
    }
}

impl<'a> Row<'a> for Tractor<'a> {
    const NAME: &'static str = "tractor";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        let profile = self.profile(id, border);
        let driver = self.driver1_id.id().filter(|_| profile.active);
        told.changes.push(Change::Profile(Box::new(profile)));
        if let Some(driver) = driver {
            told.changes.push(standing(Tie::DriverTractor, &driver, Some(id.to_owned())));
        }
        Ok(())
    }
}

impl Tractor<'_> {
    fn profile(&self, id: &str, border: &Border<'_>) -> Profile {
        Profile {
            active: in_service(&self.service_status, &self.outservice_date, border),
            vin: self.serial_number.id(),
            plate: self.tag.id(),
            make: self.make.kept(40),
            model: self.model.kept(40),
            year: self.model_year.kept(10),
            dispatcher: self.dispatcher.id(),
            fleet: self.fleet_id.id(),
            equipment_group: self.currenteqpgrpid.id(),
            ..Profile::new(UnitKind::Tractor, id, id)
        }
    }
}

impl<'a> Row<'a> for Trailer<'a> {
    const NAME: &'static str = "trailer";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        let profile = self.profile(id, border);
        let hooked = profile.active && self.is_hooked.flag() == Some(true);
        told.changes.push(Change::Profile(Box::new(profile)));
        told.changes.push(standing(Tie::TrailerTractor, id, self.tractor_id.id().filter(|_| hooked)));
        Ok(())
    }
}

impl Trailer<'_> {
    fn profile(&self, id: &str, border: &Border<'_>) -> Profile {
        Profile {
            active: in_service(&self.is_active, &self.outservice_date, border),
            vin: self.serial_number.id(),
            plate: self.license_no.id(),
            make: self.make.kept(40),
            year: self.model_year.kept(10),
            trailer_type: self.trailer_type.id(),
            equipment_group: self.currenteqpgrpid.id(),
            ..Profile::new(UnitKind::Trailer, id, id)
        }
    }
}

/// A unit's row as a movement brings it along, cut short or whole.
pub(super) trait Brought<'a>: Row<'a> {
    /// What it says of the unit; `None` for one that does not even say whether that is in service.
    fn in_full(&self, id: &str, border: &Border<'_>) -> Option<Profile>;
}

impl<'a> Brought<'a> for Driver<'a> {
    fn in_full(&self, id: &str, _border: &Border<'_>) -> Option<Profile> {
        self.is_active.flag().and(self.names()).map(|_named| self.profile(id))
    }
}

impl<'a> Brought<'a> for Tractor<'a> {
    fn in_full(&self, id: &str, border: &Border<'_>) -> Option<Profile> {
        self.service_status.code().map(|_told| self.profile(id, border))
    }
}

impl<'a> Brought<'a> for Trailer<'a> {
    fn in_full(&self, id: &str, border: &Border<'_>) -> Option<Profile> {
        self.is_active.code().map(|_told| self.profile(id, border))
    }
}

impl<'a> Row<'a> for Position<'a> {
    const NAME: &'static str = "position";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, _id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        let (kind, external_id) = self.whose(border)?;
        let observed_at = border.instant(&self.position_date).ok_or("has no sane date")?;
        let (latitude, longitude) = place(&self.latitude, &self.longitude).ok_or("has no sane place")?;
        let near = self.near_b_city.kept(NAME_LENGTH).or_else(|| self.near_s_city.kept(NAME_LENGTH));
        let fix = Fix {
            latitude,
            longitude,
            says: None,
            speed_mph: self.speed.number().filter(|speed| (0.0..=FASTEST_MPH).contains(speed)),
            heading_deg: heading(&self.direction),
            place: near,
            observed_at,
        };
        told.changes.push(match kind {
            Some(kind) => Change::Fix { kind, external_id, fix },
            None => Change::FixOfUnit { external_id, fix },
        });
        Ok(())
    }
}

impl Position<'_> {
    /// Whose place it is. The number of the unit may be its device's, and the tractor that has it stands beside
    /// it then. No list of the codes is known, so that of one that tells nothing only the roster can say the kind.
    fn whose(&self, border: &Border<'_>) -> Result<(Option<UnitKind>, String), &'static str> {
        let by_number = |kind| Ok((kind, self.mc_unit_no.id().ok_or("names no unit")?));
        let code = self.mc_unit_type.code();
        match code.as_deref() {
            Some("L" | "E" | "TRAILER") => return by_number(Some(UnitKind::Trailer)),
            // Where his phone is the truck need not be, whichever it is.
            Some("D" | "DRIVER") => return Err("is of a driver's own device, which is no truck's place"),
            _ => {}
        }
        let mut tractors = self.tractor.0.iter().filter_map(|tractor| Some((tractor, tractor.id.id()?)));
        if let Some((tractor, id)) = tractors.next() {
            border.admit(&tractor.company_id, false).map_err(|_whose| "is of another company's tractor")?;
            return Ok((Some(UnitKind::Tractor), id));
        }
        let is_tractor = matches!(code.as_deref(), Some("T" | "TRACTOR"));
        by_number(is_tractor.then_some(UnitKind::Tractor))
    }
}

impl<'a> Row<'a> for Customer<'a> {
    const NAME: &'static str = "customer";

    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.id)
    }

    fn tell(&self, id: &str, border: &Border<'_>, told: &mut Batch) -> Result<(), &'static str> {
        let name = self.name.kept(NAME_LENGTH).ok_or("has no name")?;
        told.changes.push(Change::Customer {
            company_id: border.company.to_owned(),
            id: id.to_owned(),
            name,
        });
        Ok(())
    }
}

fn standing(tie: Tie, left: &str, right: Option<String>) -> Change {
    let left = left.to_owned();
    Change::Pairing(Pairing { tie, left, right, by: PairingSource::Standing, since_at: None })
}

/// Whether a unit is in service. The codes are the tenant's own, so one we do not know keeps the unit on
/// the screen unless its out-of-service day is past: a truck too many is seen, one too few is missed.
fn in_service(status: &Scalar<'_>, outservice: &Scalar<'_>, border: &Border<'_>) -> bool {
    match status.code().as_deref() {
        Some("A" | "Y") => true,
        // Inactive, no, out of service, sold.
        Some("I" | "N" | "O" | "S") => false,
        Some(_) | None => !border.is_past(outservice),
    }
}

fn duty_status(words: &Scalar<'_>) -> DutyStatus {
    let words = words.code().unwrap_or_default().replace(['_', '-'], " ");
    match words.as_str() {
        "DRIVING" => DutyStatus::Driving,
        "ON DUTY" => DutyStatus::OnDuty,
        "OFF DUTY" => DutyStatus::OffDuty,
        "SLEEPER" | "SLEEPER BERTH" => DutyStatus::Sleeper,
        _ => DutyStatus::Unknown,
    }
}

/// Decimal hours (8.50 = 8 h 30) as whole seconds; below zero is none left.
fn seconds(hours: &Scalar<'_>) -> Option<i64> {
    let hours = hours.number().filter(|hours| hours.abs() <= MOST_HOURS)?;
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    Some((hours.max(0.0) * 3600.0).round() as i64)
}
