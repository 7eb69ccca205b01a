import Simulation

extension EmulatedMachine {
    /// Moves all cores `steps` steps on.
    /// - Returns: the time that the chip would have taken, in seconds.
    mutating func advance(steps: Int, _ events: HostEvents, _ recorder: inout MachineRecorder) -> Double {
        let firstPage = board.page
        board.page = (firstPage + steps) & 1
        let busiest = BusiestCore(steps: steps)
        let membranes = recorder.membranes
        let (keepsSpikes, keepsMembranes) = (recorder.keepsSpikes, recorder.keepsMembranes)
        let machine = (image: image, parts: partsOnCore, costs: costs)
        let shares = CoreShares(image)
        cores.withUnsafeMutableBufferPointer { cores in
            board.withOpen { board in
                let memory = RunMemory(cores: cores, board: board)
                Team.run(threads: min(threads, max(cores.count, 1))) { team, number, count in
                    let own = shares.cores(ofThread: number, of: count)
                    var times = [Double](repeating: 0, count: count > 1 ? steps : 0)
                    for step in 0..<steps {
                        let page = (firstPage + step) & 1
                        var longest = 0.0
                        for core in own {
                            let time = memory.step(
                                core, step: step, page: page, machine.image, events, machine.costs, parts: machine.parts[core],
                                keepsSpikes: keepsSpikes, keepsMembranes: keepsMembranes, membranes: membranes)
                            longest = max(longest, time)
                        }
                        if count > 1 { times[step] = longest } else { busiest.add(longest, step: step) }
                        team.wait()
                    }
                    busiest.merge(times)
                }
            }
        }
        return busiest.total + Double(steps) * costs.perStep
    }
}

/// The state of a run, open to all its threads: each touches its own cores, and reads what others posted a step before.
private struct RunMemory: @unchecked Sendable {
    let cores: UnsafeMutableBufferPointer<CoreState>
    let board: OpenSpikeBoard

    /// One step of one core.
    /// - Returns: the time that the core would have taken, in seconds.
    @inline(__always)
    func step(
        _ core: Int, step: Int, page: Int, _ image: MachineImage, _ events: HostEvents, _ costs: StepCosts,
        parts: [EmulatedMachine.CorePart], keepsSpikes: [Bool], keepsMembranes: [Bool], membranes: [MembraneTrace]
    ) -> Double {
        let description = image.cores[core]
        let operations = cores[core].input.synapticOperations
        let active = cores[core].compartments.activeUpdates
        for index in description.inlets.indices {
            let inlet = description.inlets[index]
            if inlet.source < image.cores.count {
                cores[core].accept(
                    board.spikes(of: inlet.source, page: page),
                    payloads: image.cores[inlet.source].sendsValues ? board.values(of: inlet.source, page: page) : nil, through: inlet,
                    index, of: description)
            } else {
                events.withEvents(before: step, inlet.source - image.cores.count) { neurons, payloads in
                    cores[core].accept(neurons, payloads: payloads, through: inlet, index, of: description)
                }
            }
        }
        let list = board.room(of: core, page: 1 &- page)
        let count = cores[core].step(description, spikes: list, values: board.roomForValues(of: core, page: 1 &- page))
        board.post(count, of: core, page: 1 &- page)
        if !cores[core].recorded.isEmpty {
            record(UnsafeBufferPointer(rebasing: list[0..<count]), core, step, parts, keepsSpikes)
        }
        for part in parts where keepsMembranes[part.population] {
            membranes[part.population].store(
                cores[core], part.compartments, firstNeuron: part.firstNeuron, step: step)
        }
        return costs.time(
            operations: cores[core].input.synapticOperations - operations,
            active: description.floatingPoint == nil ? cores[core].compartments.activeUpdates - active : description.count,
            compartments: description.count)
    }

    /// Keeps the spikes of the parts that are recorded; spikes and parts ascend.
    private func record(
        _ spikes: UnsafeBufferPointer<Int32>, _ core: Int, _ step: Int, _ parts: [EmulatedMachine.CorePart], _ keeps: [Bool]
    ) {
        var place = 0
        for (index, part) in parts.enumerated() {
            while place < spikes.count, Int(spikes[place]) < part.compartments.lowerBound { place += 1 }
            while place < spikes.count, Int(spikes[place]) < part.compartments.upperBound {
                if keeps[part.population] {
                    let neuron = Int(spikes[place]) - part.compartments.lowerBound + part.firstNeuron
                    cores[core].recorded[index].append(
                        .init(step: Int32(truncatingIfNeeded: step), neuron: Int32(truncatingIfNeeded: neuron)))
                }
                place += 1
            }
        }
    }
}

extension HostEvents {
    /// The events of one input that act in `step`.
    @inline(__always)
    func withEvents(
        before step: Int, _ input: Int, _ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Int32>?) -> Void
    ) {
        let isPending = step == 0
        let neurons = isPending ? inputs[input].pending.neurons : inputs[input].neurons
        let payloads = isPending ? inputs[input].pending.payloads : inputs[input].payloads
        let range = isPending ? 0..<neurons.count : before(step, input)
        if range.isEmpty { return }
        neurons.withUnsafeBufferPointer { neurons in
            let neurons = UnsafeBufferPointer(rebasing: neurons[range])
            guard let payloads else { return body(neurons, nil) }
            payloads.withUnsafeBufferPointer { body(neurons, UnsafeBufferPointer(rebasing: $0[range])) }
        }
    }
}
