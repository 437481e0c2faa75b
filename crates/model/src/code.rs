//! Codes: the stable words by which messages, JSON and `benchpages explain` name a kind of fault.

/// Defines an enum whose values have a code each, with the list of all of them. One list: a value
/// without a code does not compile, and none is missing in `ALL`.
///
/// ```
/// benchpages_model::coded_enum! {
///     /// Why a door is shut.
///     pub enum DoorFault {
///         /// Somebody has the key.
///         Locked = "locked",
///         Stuck = "stuck",
///     }
/// }
///
/// assert_eq!(DoorFault::Locked.code(), "locked");
/// assert_eq!(DoorFault::ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$value_meta:meta])* $value:ident = $code:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $visibility enum $name {
            $($(#[$value_meta])* $value,)+
        }

        impl $name {
            /// All values, in the order of the definition.
            $visibility const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The stable word for it.
            $visibility fn code(self) -> &'static str {
                match self {
                    $(Self::$value => $code),+
                }
            }
        }
    };
}
