extension Arithmetic {
    /// Bits, sign included, of the value that a neuron's spike may carry; 0: neurons send plain spikes.
    public var gradedBits: Int {
        switch self {
        case .integerCurrent(let law): law.gradedBits
        case .floatingPoint(let law): law.gradedBits
        case .analog, .fixedPoint: 0
        }
    }

    /// Whether a unit may send a value at every step instead of spikes.
    public var hasRateUnits: Bool { gradedBits >= 2 }
    /// The largest value that a neuron's spike carries, as an integer.
    public var largestGradedValue: Int { gradedBits >= 2 ? (1 << (gradedBits - 1)) - 1 : 0 }
}
