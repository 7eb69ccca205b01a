import Chips
package import Diagnostics
package import Networks
package import Simulation

/// A SpiNNaker machine: in every tick each core takes the packets of the tick before, adds its ring buffer's slot to the neurons' inputs,
/// moves the neurons on and sends their spikes.
///
/// A spike that is sent in tick t lands in slot t + delay, with a delay of at least 1, so taking packets at the start of the next tick is
/// what the machine does in the course of the tick. Cores own their state and only read what others posted, so results do not depend on
/// the number of threads.
package struct EmulatedSpiNNaker: Emulator, Sendable {
    let image: SpiNNakerImage
    let plan: DeliveryPlan
    /// Threads that a run may use.
    package var threads: Int
    let budget: TickBudget
    var states: [CoreState]
    var board: SpikeBoard
    /// Since the machine booted.
    var stepCount = 0
    /// Since the last reset.
    var tick = 0

    /// The state of a core, whatever runs on it.
    struct CoreState: Sendable {
        var neurons: RunningCore?
        var delay: RunningDelay?
        /// By way of the core: packets sent.
        var sent: [Int]
        /// Spikes of the part that is recorded.
        var recorded: [Recording.Spike] = []
    }

    /// - Parameter isRealTime: whether packets for which a tick has no time wait for the next, as on the machine at its own speed; else
    ///   the machine takes the time it needs, as with a `time_scale_factor`.
    package init(_ image: SpiNNakerImage, threads: Int, isRealTime: Bool) {
        self.image = image
        self.threads = max(threads, 1)
        plan = DeliveryPlan(image.cores, MulticastFabric(image.torus, tables: image.tables, faults: image.chip.faults))
        budget = TickBudget(
            synapses: Int(SpiNNakerCosts.synapsesPerSecond * image.timestep / 1000), isRealTime: isRealTime)
        let plan = plan
        states = image.cores.indices.map { index in
            var state = CoreState(sent: [Int](repeating: 0, count: plan.ways[index].count))
            switch image.cores[index].program {
            case .neurons(let program): state.neurons = RunningCore(program)
            case .delay(let program): state.delay = RunningDelay(program)
            case .source: break
            }
            return state
        }
        board = SpikeBoard(image.cores.map(\.sendCount))
    }

    package var inputs: [String] { image.inputs.map(\.name) }
    package var populations: [String] { image.populations.map(\.name) }

    package mutating func reset() {
        for index in states.indices {
            if case .neurons(let program) = image.cores[index].program { states[index].neurons?.reset(to: program) }
            states[index].delay?.reset()
        }
        board.clear()
        tick = 0
    }

    /// The synaptic matrix of the core with a population's first neuron, as learning has left it; nil where no row learns.
    package func learntMatrix(of population: String) -> [UInt32]? {
        guard let part = image.populations.first(where: { $0.name == population })?.parts.first else { return nil }
        return states[part.core].neurons?.learner?.matrix
    }

    package mutating func run(
        _ stimulus: Stimulus, steps: Int, record request: RecordingRequest
    ) throws(DiagnosticsError) -> Recording {
        precondition(steps >= 0, "bug: a run of \(steps) steps")
        let events = try SourceEvents(stimulus, steps: steps, image: image)
        let recorder = try SpiNNakerRecorder(request, steps: steps, image: image)
        for index in states.indices { states[index].recorded = [] }
        advance(steps: steps, events, recorder)
        stepCount += steps
        tick += steps
        let recorded = states.map(\.recorded)
        for index in states.indices { states[index].recorded = [] }
        return recorder.finish(recorded)
    }
}
