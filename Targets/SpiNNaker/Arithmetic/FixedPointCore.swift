package import Chips
import Numerics

/// The neurons of one core as structure of arrays, and their update, bit for bit that of the released neuron binaries.
///
/// A tick adds the ring buffer's slot to the synaptic inputs, then moves every neuron by its substeps (references: sPyNNaker,
/// `neuron_impl_standard.h`; order of operations measured against the released `IF_curr_exp.aplx`).
package struct FixedPointCore: Sendable {
    package let model: FixedPointCell.Model
    package let count: Int
    package let substeps: Int
    /// Left shift of a ring-buffer value into s16.15, excitatory and inhibitory.
    package let shifts: (Int32, Int32)
    /// Columns of `count` words each, in the order of `Column`.
    private var words: [Int32]
    private let initial: [Int32]

    private enum Column: Int, CaseIterable {
        case membrane, held, excitatory, inhibitory, rest, resistance, decay, offset, reset, threshold, refractory
        case excitatoryDecay, inhibitoryDecay, excitatoryJump, inhibitoryJump, excitatoryReversal, inhibitoryReversal, inverseStep
    }

    package init(_ model: FixedPointCell.Model, _ cells: [FixedPointCell], substeps: Int, shifts: (Int, Int)) {
        self.model = model
        self.substeps = substeps
        self.shifts = (Int32(shifts.0), Int32(shifts.1))
        count = cells.count
        var columns: [Column: [Int32]] = [:]
        let constants = cells.map { FixedPointConstants($0, model, substeps: substeps) }
        columns[.membrane] = cells.map(\.membrane)
        columns[.held] = cells.map(\.held)
        columns[.excitatory] = cells.map(\.input.0)
        columns[.inhibitory] = cells.map(\.input.1)
        columns[.rest] = cells.map(\.rest)
        columns[.resistance] = constants.map(\.resistance)
        columns[.decay] = constants.map(\.membraneDecay)
        columns[.offset] = cells.map(\.offset)
        columns[.reset] = cells.map(\.reset)
        columns[.threshold] = cells.map(\.threshold)
        columns[.refractory] = constants.map(\.refractory)
        columns[.excitatoryDecay] = constants.map { Int32(bitPattern: $0.decay.0) }
        columns[.inhibitoryDecay] = constants.map { Int32(bitPattern: $0.decay.1) }
        columns[.excitatoryJump] = constants.map { Int32(bitPattern: $0.jump.0) }
        columns[.inhibitoryJump] = constants.map { Int32(bitPattern: $0.jump.1) }
        columns[.excitatoryReversal] = cells.map(\.reversal.0)
        columns[.inhibitoryReversal] = cells.map(\.reversal.1)
        columns[.inverseStep] = constants.map(\.inverseStep)
        words = Column.allCases.flatMap { columns[$0] ?? [] }
        initial = words
    }

    /// Back to the state before the first tick.
    package mutating func reset() { words = initial }

    package func membrane(of neuron: Int) -> Int32 { word(.membrane, neuron) }
    /// Substeps for which the neuron is still held.
    package func held(of neuron: Int) -> Int32 { word(.held, neuron) }
    /// Synaptic input as the machine records it: conductances without their factor of 1024.
    package func input(of neuron: Int) -> (excitatory: Int32, inhibitory: Int32) {
        let shift: Int32 = model == .conductanceExponential ? 10 : 0
        return (word(.excitatory, neuron) >> shift, word(.inhibitory, neuron) >> shift)
    }

    private func word(_ column: Column, _ neuron: Int) -> Int32 { words[column.rawValue * count + neuron] }

    /// Adds a slot of the ring buffer to the synaptic inputs and clears it.
    /// - Parameter slot: [2 × stride], excitatory first; `stride` at least `count`.
    package mutating func take(_ slot: UnsafeMutablePointer<UInt16>, stride: Int) {
        let isDelta = model == .currentDelta
        words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return }
            let pairs: [(Column, Column, Int32, Int)] = [
                (.excitatory, .excitatoryJump, shifts.0, 0), (.inhibitory, .inhibitoryJump, shifts.1, stride),
            ]
            for (column, jumpColumn, shift, start) in pairs {
                let input = base + column.rawValue * count
                let jump = base + jumpColumn.rawValue * count
                let values = slot + start
                for n in 0..<count where values[n] != 0 {
                    let arriving = Int32(truncatingIfNeeded: values[n]) &<< shift
                    input[n] = input[n] &+ (isDelta ? arriving : Accum.decayed(arriving, UInt32(bitPattern: jump[n])))
                    values[n] = 0
                }
            }
        }
    }

    /// Moves all neurons one tick on.
    /// - Parameter spikes: room for `count` neurons; those that spiked, ascending.
    /// - Returns: how many spiked.
    package mutating func update(spikes: UnsafeMutablePointer<Int32>) -> Int {
        switch (model, substeps) {
        case (.currentExponential, 1): update(CurrentInput(), substeps: 1, spikes)
        case (.currentExponential, _): update(CurrentInput(), substeps: substeps, spikes)
        case (.conductanceExponential, 1): update(ConductanceInput(), substeps: 1, spikes)
        case (.conductanceExponential, _): update(ConductanceInput(), substeps: substeps, spikes)
        case (.currentDelta, _): update(DeltaInput(), substeps: substeps, spikes)
        }
    }

    @inline(__always)
    private mutating func update(_ law: some InputLaw, substeps: Int, _ spikes: UnsafeMutablePointer<Int32>) -> Int {
        let count = count
        return words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return 0 }
            func column(_ column: Column) -> UnsafeMutablePointer<Int32> { base + column.rawValue * count }
            let (membranes, helds) = (column(.membrane), column(.held))
            let (excitatory, inhibitory) = (column(.excitatory), column(.inhibitory))
            let (rest, resistance, decay, offset) = (column(.rest), column(.resistance), column(.decay), column(.offset))
            let (reset, threshold, refractory) = (column(.reset), column(.threshold), column(.refractory))
            let (excitatoryDecay, inhibitoryDecay) = (column(.excitatoryDecay), column(.inhibitoryDecay))
            let (excitatoryReversal, inhibitoryReversal) = (column(.excitatoryReversal), column(.inhibitoryReversal))
            let inverseStep = column(.inverseStep)
            var spiked = 0
            for n in 0..<count {
                var (membrane, held) = (membranes[n], helds[n])
                var (e, i) = (excitatory[n], inhibitory[n])
                var hasSpiked = false
                for _ in 0..<substeps {
                    if held <= 0 {
                        let current =
                            law.current(
                                e, i, membrane, reversal: (excitatoryReversal[n], inhibitoryReversal[n]), inverseStep: inverseStep[n])
                            &+ offset[n]
                        let settled = Accum.product(current, resistance[n]) &+ rest[n]
                        membrane = settled &- Accum.product(decay[n], settled &- membrane)
                    } else {
                        held -= 1
                    }
                    if membrane >= threshold[n] {
                        hasSpiked = true
                        membrane = reset[n]
                        held = refractory[n]
                    }
                    e = law.decayed(e, UInt32(bitPattern: excitatoryDecay[n]))
                    i = law.decayed(i, UInt32(bitPattern: inhibitoryDecay[n]))
                }
                membranes[n] = membrane
                helds[n] = held
                excitatory[n] = e
                inhibitory[n] = i
                spikes[spiked] = Int32(truncatingIfNeeded: n)
                spiked &+= hasSpiked ? 1 : 0
            }
            return spiked
        }
    }
}

/// How synaptic inputs become a current, and what is left of them after a substep.
private protocol InputLaw {
    func current(_ e: Int32, _ i: Int32, _ membrane: Int32, reversal: (Int32, Int32), inverseStep: Int32) -> Int32
    func decayed(_ input: Int32, _ factor: UInt32) -> Int32
}

private struct CurrentInput: InputLaw {
    @inline(__always)
    func current(_ e: Int32, _ i: Int32, _ membrane: Int32, reversal: (Int32, Int32), inverseStep: Int32) -> Int32 { e &- i }
    @inline(__always)
    func decayed(_ input: Int32, _ factor: UInt32) -> Int32 { Accum.decayed(input, factor) }
}

private struct ConductanceInput: InputLaw {
    @inline(__always)
    func current(_ e: Int32, _ i: Int32, _ membrane: Int32, reversal: (Int32, Int32), inverseStep: Int32) -> Int32 {
        Accum.product(e >> 10, reversal.0 &- membrane) &- Accum.product(0 &- (i >> 10), reversal.1 &- membrane)
    }
    @inline(__always)
    func decayed(_ input: Int32, _ factor: UInt32) -> Int32 { Accum.decayed(input, factor) }
}

private struct DeltaInput: InputLaw {
    @inline(__always)
    func current(_ e: Int32, _ i: Int32, _ membrane: Int32, reversal: (Int32, Int32), inverseStep: Int32) -> Int32 {
        Accum.product(e, inverseStep) &- Accum.product(i, inverseStep)
    }
    @inline(__always)
    func decayed(_ input: Int32, _ factor: UInt32) -> Int32 { 0 }
}
