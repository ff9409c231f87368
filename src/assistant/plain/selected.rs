//! What is selected on the screen, as a question may mean it by "this", "it" or "him".

/// Each by its name or number, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// A load.
    pub load: Option<String>,
    /// A person who drives.
    pub driver: Option<String>,
    /// A power unit.
    pub tractor: Option<String>,
    /// Anything pulled.
    pub trailer: Option<String>,
}

impl Selected {
    /// Reads "driver Ann Stone, load 0261391": parts between commas, each a kind before its name.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        for part in text.split(", ") {
            let Some((kind, name)) = part.trim().split_once(' ') else { continue };
            let place = match kind {
                "load" => &mut read.load,
                "driver" => &mut read.driver,
                "tractor" => &mut read.tractor,
                "trailer" => &mut read.trailer,
                _ => continue,
            };
            *place = Some(name.trim().to_owned());
        }
        read
    }

    /// Who or what is somewhere: a driver or a unit, which a place can be looked for by.
    pub fn whereabouts(&self) -> Option<&str> {
        let first = [&self.driver, &self.tractor, &self.trailer, &self.load].into_iter().flatten().next();
        first.map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_read_by_its_kinds() {
        let some = |text: &str| Some(text.to_owned());
        let both = Selected::read("driver Ann Stone, load 0261391");
        assert_eq!((both.driver.clone(), both.load.clone()), (some("Ann Stone"), some("0261391")));
        assert_eq!(both.whereabouts(), Some("Ann Stone"));
        assert_eq!(Selected::read("trailer V53041").trailer, some("V53041"));
        assert_eq!(Selected::read("feed motive positions"), Selected::default());
    }
}
