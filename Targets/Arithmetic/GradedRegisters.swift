import Numerics

/// What rate units of microcode have beyond the registers: how a membrane becomes the value of a spike. Every column has one entry per
/// compartment.
///
///     value ← (v · m + 2^(shift - 1)) >> shift        (m: `multiplier` where v > 0, else `multiplierBelow`)
///     sent, cut to ±largest, unless it is 0
package struct GradedRegisters: Hashable, Sendable {
    /// Whether the compartment is a rate unit; the other columns mean nothing where it is not.
    package var isUnit: [Bool]
    package var multiplier: [Int32]
    package var multiplierBelow: [Int32]
    /// 0...47.
    package var shift: [Int32]
    package var largest: [Int32]

    package init(count: Int) {
        isUnit = [Bool](repeating: false, count: count)
        multiplier = [Int32](repeating: 0, count: count)
        multiplierBelow = multiplier
        shift = multiplier
        largest = multiplier
    }

    /// What a compartment sends, and whether that was cut.
    @inline(__always)
    func value(of compartment: Int, membrane: Int32) -> (value: Int32, isCut: Bool) {
        let factor = membrane > 0 ? multiplier[compartment] : multiplierBelow[compartment]
        let bits = shift[compartment]
        let half: Int64 = bits > 0 ? 1 << Int64(bits &- 1) : 0
        let scaled = (Int64(membrane) &* Int64(factor) &+ half) >> Int64(bits)
        let most = Int64(largest[compartment])
        let value = min(max(scaled, -most), most)
        return (Int32(truncatingIfNeeded: value), value != scaled)
    }
}

extension CompartmentRegisters {
    /// Makes rate units of compartments: their microcode keeps neither current nor membrane, and never resets.
    package mutating func setGraded(_ units: GradedRegisters) {
        var (current, membrane, limit, held) = (currentFactor, membraneFactor, threshold, heldSteps)
        for index in 0..<count where units.isUnit[index] {
            (current[index], membrane[index]) = (0, 0)
            (limit[index], held[index]) = (.max, 0)
        }
        (currentFactor, membraneFactor, threshold, heldSteps) = (current, membrane, limit, held)
        graded = units
    }
}

extension GradedRegisters {
    /// Merges what rate units send into the spikes of a step.
    /// - Parameters:
    ///   - spikes: the compartments that spiked, ascending; room for all.
    ///   - values: receives what each spike carries: 1 where it is a plain one; room for all compartments.
    ///   - membrane: by compartment.
    /// - Returns: how many spikes there are now, and how many values were cut.
    func send(
        _ membrane: UnsafePointer<Int32>, spikes: UnsafeMutableBufferPointer<Int32>, count: Int, values: UnsafeMutableBufferPointer<Int32>
    ) -> (spikes: Int, cut: Int) {
        let compartments = isUnit.count
        var cut = 0
        for index in 0..<compartments { values[index] = 0 }
        for place in 0..<count { values[Int(spikes[place])] = 1 }
        for index in 0..<compartments where isUnit[index] {
            let (value, isCut) = value(of: index, membrane: membrane[index])
            values[index] = value
            cut &+= isCut ? 1 : 0
        }
        // Places never overtake compartments, so nothing is overwritten that is still to be read.
        var place = 0
        for index in 0..<compartments where values[index] != 0 {
            spikes[place] = Int32(truncatingIfNeeded: index)
            values[place] = values[index]
            place &+= 1
        }
        return (place, cut)
    }
}
