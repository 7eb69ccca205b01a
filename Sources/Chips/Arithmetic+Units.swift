extension Arithmetic {
    /// Whether a unit may send a value at every step instead of spikes.
    public var hasRateUnits: Bool { false }
}
