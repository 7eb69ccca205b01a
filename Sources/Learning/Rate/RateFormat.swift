#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The numbers that a rule on rate networks keeps: weights, inverses, activities and targets.
///
/// Products are summed without loss, as multiply-accumulate units do; a number is rounded when it is stored.
package enum RateFormat: Hashable, Sendable {
    case float64
    case float32
    /// `bits` with the sign, of which `fraction` lie behind the point; what is out of range saturates.
    case fixed(bits: Int, fraction: Int)

    /// The distance of neighbouring numbers near 1.
    package var step: Double {
        switch self {
        case .float64: 0x1p-52
        case .float32: 0x1p-23
        case .fixed(_, let fraction): scalbn(1, -fraction)
        }
    }

    package var largest: Double {
        switch self {
        case .float64: .greatestFiniteMagnitude
        case .float32: Double(Float.greatestFiniteMagnitude)
        case .fixed(let bits, _): (scalbn(1, bits - 1) - 1) * step
        }
    }

    /// Rounds to the nearest number of the format.
    package func round(_ values: inout [Double]) {
        switch self {
        case .float64: return
        case .float32: for i in values.indices { values[i] = Double(Float(values[i])) }
        case .fixed(let bits, let fraction):
            let (up, down) = (scalbn(1, fraction), scalbn(1, -fraction))
            let limit = scalbn(1, bits - 1)
            values.withUnsafeMutableBufferPointer { values in
                for i in values.indices {
                    values[i] = min(max((values[i] * up).rounded(.toNearestOrEven), -limit), limit - 1) * down
                }
            }
        }
    }

    /// Rounds up or down by chance, so that small changes are not lost on average.
    /// - Parameter random: a number in [0, 1) for each index.
    package func round(_ values: inout [Double], random: (Int) -> Double) {
        guard case .fixed(let bits, let fraction) = self else { return round(&values) }
        let (up, down) = (scalbn(1, fraction), scalbn(1, -fraction))
        let limit = scalbn(1, bits - 1)
        for i in values.indices {
            let exact = values[i] * up
            let below = exact.rounded(.down)
            let rounded = below + (random(i) < exact - below ? 1 : 0)
            values[i] = min(max(rounded, -limit), limit - 1) * down
        }
    }

    package var text: String {
        switch self {
        case .float64: "64-bit floating point"
        case .float32: "32-bit floating point"
        case .fixed(let bits, let fraction): "\(bits)-bit fixed point with \(fraction) bits behind the point"
        }
    }
}
