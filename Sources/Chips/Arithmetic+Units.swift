extension Arithmetic {
    /// Whether a unit may send a value at every step instead of spikes.
    public var hasRateUnits: Bool { false }

    /// Whether a spike may subtract the threshold from the membrane potential, so that what is above it is kept.
    public var subtractsThreshold: Bool {
        if case .integerCurrent(let arithmetic) = self { return arithmetic.resets.contains(.subtract) }
        return false
    }
}
