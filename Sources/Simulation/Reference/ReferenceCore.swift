import Networks
import Numerics

/// The state of a network and its step loop. Not for use outside of `ReferenceEngine`.
public final class ReferenceCore<Real: EngineScalar>: @unchecked Sendable {
    let tables: ReferenceTables<Real>
    private let arena = Arena()
    private let populationCount: Int
    private let states: UnsafeMutablePointer<NeuronState<Real>>
    private let rings: UnsafeMutablePointer<SpikeRing<Real>>
    let inputs: UnsafeMutablePointer<InputEvents<Real>>
    let logs: UnsafeMutablePointer<SpikeLog>
    let membraneLogs: UnsafeMutablePointer<MembraneLog>
    /// What repeated graded input sends through dense synapses, [projections × parts]; see `deliverGraded`.
    private let repeats: UnsafeMutablePointer<RepeatedSum<Real>>
    /// Since the last reset.
    private(set) var step = 0

    init(_ tables: ReferenceTables<Real>) {
        self.tables = tables
        let parts = tables.parts
        populationCount = tables.network.populations.count
        states = arena.allocate(count: populationCount)
        rings = arena.allocate(count: populationCount)
        inputs = arena.allocate(count: populationCount)
        logs = arena.allocate(count: populationCount * parts)
        membraneLogs = arena.allocate(count: populationCount)
        repeats = arena.allocate(count: tables.projectionCount * parts)
        for index in 0..<populationCount {
            let plan = tables.populations[index]
            let padded = plan.bounds[parts]
            states[index] = NeuronState(size: plan.neurons == nil ? 0 : plan.size, in: arena)
            var multiplicity = 1
            var capacity = padded
            switch plan.source {
            case .poisson(let poisson): multiplicity = poisson.multiplicity
            case .given(let given): capacity = max(padded, given.largestStep)
            case .none, .input: break
            }
            var slots = 1
            while slots < plan.longestDelay + tables.window { slots *= 2 }
            rings[index] = SpikeRing(
                slots: slots, parts: parts, capacity: capacity * multiplicity, multiplicity: multiplicity,
                hasValues: plan.neurons?.isRate ?? false, in: arena)
            inputs[index] = InputEvents()
            membraneLogs[index] = MembraneLog()
            for part in 0..<parts { logs[index * parts + part] = SpikeLog() }
        }
        for index in 0..<populationCount {
            let plan = tables.populations[index]
            for projection in plan.firstProjection..<plan.lastProjection {
                for part in 0..<parts {
                    let count = tables.projections[projection].sumsApart ? plan.bounds[parts] : 0
                    repeats[projection * parts + part] = RepeatedSum(count: count, in: arena)
                }
            }
        }
        reset()
    }

    deinit {
        for index in 0..<populationCount { inputs[index].release() }
        for index in 0..<populationCount * tables.parts { logs[index].release() }
    }

    func reset() {
        step = 0
        for index in 0..<populationCount {
            states[index].reset(to: tables.initialMembranes[index])
            rings[index].reset()
        }
        for index in 0..<tables.projectionCount * tables.parts { repeats[index].step = -1 }
    }

    /// Makes room for the given events of the coming run.
    func prepare(steps: Int) {
        for index in 0..<populationCount {
            let needed = inputs[index].largestStep
            if needed > rings[index].capacity || (inputs[index].isGraded && !rings[index].hasValues) {
                rings[index] = rings[index].grown(to: needed, hasValues: inputs[index].isGraded, in: arena)
            }
        }
    }

    /// Runs all parts for `steps` steps on the workers of `team`.
    func run(steps: Int, on team: WorkerTeam) {
        let (first, last) = (step, step + steps)
        team.run { worker in Real._run(self, worker: worker, of: team, from: first, to: last) }
        step = last
    }

    /// The step loop of one worker; specialised for each number type.
    @inline(__always)
    func loop(worker: Int, of team: WorkerTeam, from first: Int, to last: Int) {
        let parts = tables.parts * worker / team.count..<tables.parts * (worker + 1) / team.count
        var start = first
        while start < last {
            let end = min(start + tables.window, last)
            for step in start..<end {
                for part in parts {
                    for population in 0..<populationCount { advance(population, part, at: step, since: first) }
                }
            }
            team.barrier()
            start = end
        }
    }

    /// One step of one part of a population: arrivals, neurons, spikes, recording.
    @inline(__always)
    private func advance(_ index: Int, _ part: Int, at step: Int, since first: Int) {
        let plan = tables.populations[index]
        let ring = rings[index]
        let slot = step & (ring.slots &- 1)
        let list = ring.list(slot, from: plan.bounds[part])
        let place = slot &* ring.parts &+ part
        let range = plan.bounds[part]..<plan.bounds[part &+ 1]
        var count = 0
        if let model = plan.neurons {
            for projection in plan.firstProjection..<plan.lastProjection {
                deliver(projection, part, to: states[index], at: step)
            }
            count = updateNeurons(model, states[index], range, list: list.neurons, values: list.values)
            ring.graded[place] = model.isRate ? 1 : 0
            if let membranes = membraneLogs[index].values {
                let row = membranes + (step &- first) &* plan.size
                let rest = membraneLogs[index].rest
                for neuron in range.lowerBound..<min(range.upperBound, plan.size) {
                    row[neuron] = Double(states[index].membrane[neuron]) + rest![neuron]
                }
            }
        } else if case .poisson(let poisson) = plan.source, !inputs[index].isGiven {
            count = poisson.write(range.lowerBound..<min(range.upperBound, plan.size), at: step, to: list.neurons)
            ring.graded[place] = 0
        } else if part == 0 {
            count = emitGiven(plan.source, inputs[index], ring, slot, at: step, since: first)
        }
        ring.counts[place] = Int32(truncatingIfNeeded: count)
        if logs[index &* tables.parts &+ part].isOn {
            logs[index &* tables.parts &+ part].append(list.neurons, count, step: step &- first)
        }
    }

    /// Copies the events of a step to the ring; those of a run start at its first step.
    @inline(__always)
    private func emitGiven(
        _ source: PopulationPlan<Real>.Source, _ input: InputEvents<Real>, _ ring: SpikeRing<Real>, _ slot: Int, at step: Int,
        since first: Int
    ) -> Int {
        let list = ring.list(slot, from: 0)
        let previous = (step &- 1) & (ring.slots &- 1)
        ring.repeated[slot] = 0
        ring.graded[slot &* ring.parts] = 0
        if !input.isGiven {
            guard case .given(let given) = source, step < given.steps else { return 0 }
            let count = given.offsets[step &+ 1] - given.offsets[step]
            list.neurons.update(from: given.neurons + given.offsets[step], count: count)
            return count
        }
        guard step &- first < input.steps else { return 0 }
        let start = Int(input.offsets.pointer[step &- first])
        let count = Int(input.offsets.pointer[step &- first &+ 1]) - start
        list.neurons.update(from: input.neurons.pointer + start, count: count)
        guard input.isGraded else { return count }
        list.values.update(from: input.values.pointer + start, count: count)
        ring.graded[slot &* ring.parts] = 1
        if step > 0, ring.slots > 1, ring.graded[previous &* ring.parts] == 1, Int(ring.counts[previous &* ring.parts]) == count {
            let last = ring.list(previous, from: 0)
            var isEqual = true
            for k in 0..<count where list.neurons[k] != last.neurons[k] || list.values[k] != last.values[k] {
                isEqual = false
                break
            }
            ring.repeated[slot] = isEqual ? 1 : 0
        }
        return count
    }

    /// Adds what arrives through one projection in this step.
    @inline(__always)
    private func deliver(_ projection: Int, _ part: Int, to state: NeuronState<Real>, at step: Int) {
        let plan = tables.projections[projection]
        let table = plan.tables[part]
        let accumulator = plan.receptor == 0 ? state.arriving.0 : state.arriving.1
        let ring = rings[plan.pre]
        let bounds = tables.populations[plan.pre].bounds
        for delay in 0..<table.delayCount {
            let sent = step &- Int(table.delays[delay])
            if sent < 0 { continue }
            let slot = sent & (ring.slots &- 1)
            for sender in 0..<ring.parts {
                let place = slot &* ring.parts &+ sender
                let count = Int(ring.counts[place])
                if count == 0 { continue }
                let list = ring.list(slot, from: bounds[sender])
                if ring.graded[place] == 0 {
                    Simulation.deliver(list.neurons, nil, count, table, slot: delay, into: accumulator)
                } else if !plan.sumsApart {
                    Simulation.deliver(list.neurons, list.values, count, table, slot: delay, into: accumulator)
                } else {
                    deliverGraded(list, count, table, ring.repeated[slot] == 1, projection &* ring.parts &+ part, accumulator, step)
                }
            }
        }
    }

    /// Graded input is often the same at every step (direct encoding): its sum is kept, and computed only when the input changes.
    @inline(__always)
    private func deliverGraded(
        _ list: (neurons: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Real>), _ count: Int, _ table: PartTable<Real>,
        _ isRepeated: Bool, _ index: Int, _ accumulator: UnsafeMutablePointer<Real>, _ step: Int
    ) {
        let sum = repeats[index].sum
        if !isRepeated || repeats[index].step != step &- 1 {
            (sum + table.lower).update(repeating: 0, count: table.width)
            Simulation.deliver(list.neurons, list.values, count, table, slot: 0, into: sum)
        }
        repeats[index].step = step
        var k = table.lower
        while k < table.lower &+ table.width {
            store(load(accumulator, k) + load(sum, k), accumulator, k)
            k &+= Lanes<Real>.scalarCount
        }
    }
}

/// The sum of a graded list over a dense table, and the step in which it last arrived.
struct RepeatedSum<Real: EngineScalar>: BitwiseCopyable {
    let sum: UnsafeMutablePointer<Real>
    let count: Int
    var step = -1

    init(count: Int, in arena: Arena) {
        self.count = count
        sum = arena.allocate(count: count)
    }
}
