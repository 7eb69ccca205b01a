import Simulation

extension EmulatedSpiNNaker {
    /// Moves all cores `steps` ticks on.
    mutating func advance(steps: Int, _ events: SourceEvents, _ recorder: SpiNNakerRecorder) {
        let firstTick = tick
        let firstPage = board.page
        board.page = (firstPage + steps) & 1
        let (image, plan, budget) = (image, plan, budget)
        let offsets = board.offsets
        let shares = CoreShares(weights: image.cores.map(\.work))
        states.withUnsafeMutableBufferPointer { states in
            board.places.withUnsafeMutableBufferPointer { places in
                board.counts.withUnsafeMutableBufferPointer { counts in
                    offsets.withUnsafeBufferPointer { offsets in
                        let memory = TickMemory(
                            states: states, board: OpenSpikeBoard(offsets: offsets, places: places, counts: counts))
                        Team.run(threads: min(threads, max(states.count, 1))) { team, number, count in
                            let own = shares.cores(ofThread: number, of: count)
                            for step in 0..<steps {
                                let page = (firstPage + step) & 1
                                for core in own {
                                    memory.step(core, step: step, tick: firstTick + step, page: page, image, plan, budget, events, recorder)
                                }
                                team.wait()
                            }
                        }
                    }
                }
            }
        }
    }
}

extension SpiNNakerCore {
    /// What a tick costs, roughly, to divide cores among threads.
    fileprivate var work: Int {
        switch program {
        case .neurons(let program): program.kernel.count * 8 + program.matrix.count / 64 + 1
        case .source(let count): count / 8 + 1
        case .delay(let program): program.neurons * program.stages + 1
        }
    }
}

/// The state of a run, open to all its threads: each touches its own cores, and reads what others posted a tick before.
private struct TickMemory: @unchecked Sendable {
    let states: UnsafeMutableBufferPointer<EmulatedSpiNNaker.CoreState>
    let board: OpenSpikeBoard

    /// One tick of one core.
    func step(
        _ core: Int, step: Int, tick: Int, page: Int, _ image: SpiNNakerImage, _ plan: DeliveryPlan, _ budget: TickBudget,
        _ events: SourceEvents, _ recorder: SpiNNakerRecorder
    ) {
        let list = board.room(of: core, page: 1 &- page)
        var count = 0
        switch image.cores[core].program {
        case .neurons(let program):
            states[core].neurons?.receive(
                program, plan.feeds[core], plan.blocks[core], from: board, page: page, tick: tick, budget: budget)
            count = states[core].neurons?.update(tick: tick, spikes: list) ?? 0
            if let part = recorder.part(ofCore: core) {
                if part.keepsSpikes {
                    for place in 0..<count {
                        states[core].recorded.append(
                            .init(step: Int32(truncatingIfNeeded: step), neuron: list[place] &+ Int32(truncatingIfNeeded: part.firstNeuron))
                        )
                    }
                }
                if let neurons = states[core].neurons {
                    part.trace?.store(neurons, count: program.kernel.count, part.firstNeuron, step: step)
                }
            }
        case .source(let size): count = events.post(core, step: step, size: size, to: list)
        case .delay:
            states[core].delay?.receive(plan.feeds[core], from: board, page: page, tick: tick)
            count = states[core].delay?.send(tick: tick, spikes: list) ?? 0
        }
        // A core without a key keeps its spikes to itself.
        if image.cores[core].keys == nil { count = 0 }
        board.post(count, of: core, page: 1 &- page)
        countPackets(core, UnsafeBufferPointer(rebasing: list[0..<count]), plan.ways[core], tick: tick)
    }

    /// Counts what was sent, by the way that it takes. A source sends each of its spikes by itself, the others send payloads.
    @inline(__always)
    private func countPackets(_ core: Int, _ spikes: UnsafeBufferPointer<Int32>, _ ways: [DeliveryPlan.Way], tick: Int) {
        if spikes.isEmpty { return }
        let colour = UInt16(1) << UInt16(truncatingIfNeeded: tick & 15)
        for (number, way) in ways.enumerated() where way.colours & colour != 0 {
            var packets = 0
            for spike in spikes where way.keys.contains(spike & 0xFF_FFFF) { packets &+= 1 }
            states[core].sent[number] &+= packets
        }
    }
}
