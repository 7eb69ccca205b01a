import Chips
package import Diagnostics
package import Networks
package import Simulation

/// A chip of cores that run in barrier-synchronised steps: in every step each core takes the spikes of the step before, delivers them
/// and moves its compartments on.
///
/// Cores own their state and only read what others posted in the step before, so results do not depend on the number of threads.
package struct EmulatedMachine: Emulator, Sendable {
    let image: MachineImage
    /// Threads that a run may use.
    package var threads: Int
    var cores: [CoreState]
    var board: SpikeBoard
    /// By input: the events of the last step, which act in the next one.
    var pending: [PendingEvents]
    var stepCount = 0
    /// From the chip's constants; whole numbers, so that sums do not depend on how runs are divided among emulators.
    var busyFemtoseconds = 0
    /// By core: the populations' parts on it.
    let partsOnCore: [[CorePart]]
    let costs: StepCosts
    let mesh: MeshTraffic

    /// A part as its core sees it.
    struct CorePart: Hashable, Sendable {
        var population: Int
        var compartments: Range<Int>
        var firstNeuron: Int
    }

    struct PendingEvents: Hashable, Sendable {
        var neurons: [Int32] = []
        var payloads: [Int32]?
    }

    package init(_ image: MachineImage, threads: Int) {
        self.image = image
        self.threads = max(threads, 1)
        cores = image.cores.map { CoreState($0) }
        board = SpikeBoard(image.cores.map(\.count), carriesValues: image.cores.contains(where: \.sendsValues))
        pending = image.inputs.map { _ in PendingEvents() }
        var parts = image.cores.map { _ in [CorePart]() }
        for (number, population) in image.populations.enumerated() {
            for part in population.parts {
                parts[part.core].append(
                    CorePart(
                        population: number, compartments: part.offset..<part.offset + part.neurons.count,
                        firstNeuron: part.neurons.lowerBound))
            }
        }
        partsOnCore = parts.map { $0.sorted { $0.compartments.lowerBound < $1.compartments.lowerBound } }
        mesh = MeshTraffic(image)
        costs = StepCosts(image, mesh)
    }

    package var inputs: [String] { image.inputs.map(\.name) }
    package var populations: [String] { image.populations.map(\.name) }

    package mutating func reset() {
        for index in cores.indices { cores[index].reset(image.cores[index]) }
        board.clear()
        for index in pending.indices { pending[index] = PendingEvents() }
    }

    package mutating func run(
        _ stimulus: Stimulus, steps: Int, record request: RecordingRequest
    ) throws(DiagnosticsError) -> Recording {
        precondition(steps >= 0, "bug: a run of \(steps) steps")
        let events = try HostEvents(stimulus, steps: steps, image: image, pending: pending)
        var recorder = try MachineRecorder(request, steps: steps, image: image)
        for core in cores.indices { cores[core].recorded = recorder.partIndices[core].isEmpty ? [] : partsOnCore[core].map { _ in [] } }
        busyFemtoseconds = busyFemtoseconds.saturatingSum(Int(femto: advance(steps: steps, events, &recorder)))
        stepCount += steps
        if steps > 0 { pending = events.last }
        for core in cores.indices {
            recorder.take(cores[core].recorded, of: partsOnCore[core])
            cores[core].recorded = []
        }
        return recorder.finish()
    }
}
