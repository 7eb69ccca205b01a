import Diagnostics
import Networks
import Numerics

/// The connections and biases that a training moves, and what follows of each step for them.
final class RewiringState {
    let plan: RewiringPlan
    /// By population; empty where no biases are trained.
    var biases: [[Float]]
    private var globalChance: RewiringChance
    /// Connections that died and were replaced since the start of the epoch.
    var rewired = 0

    init(_ plan: RewiringPlan) {
        self.plan = plan
        globalChance = RewiringChance(seed: plan.network.seed, projection: "")
        biases = plan.network.populations.ids.map { id in
            guard plan.options.trainsDrive, let dynamics = plan.network.dynamics(of: id) else { return [] }
            return dynamics.drive.map { Float($0) }
        }
    }

    /// After thetas were moved: what is below 0 becomes dormant, and as many dormant ones are activated.
    /// - Parameter step: counts the steps of the training.
    func rewire(law: RewiringLaw<Float>, step: Int) {
        if plan.options.lowest != nil {
            for projection in plan.projections {
                rewired += projection.removeDormant()
                projection.walk(noise: law.noise, step: step)
            }
            return
        }
        var died = 0
        for projection in plan.projections {
            let count = projection.removeDormant()
            died += count
            if !plan.options.isGlobal { for _ in 0..<count { projection.activateOne() } }
        }
        rewired += died
        guard plan.options.isGlobal else { return }
        for _ in 0..<died {
            // Every dormant connection of the network is equally likely.
            let open = plan.projections.map { $0.table.potential - $0.table.count }
            var rank = globalChance.picks.integer(globalChance.drawn, below: open.reduce(0, +))
            globalChance.drawn += 1
            for (index, count) in open.enumerated() {
                if rank < count {
                    plan.projections[index].activateOne()
                    break
                }
                rank -= count
            }
        }
    }

    var activeCount: Int { plan.projections.reduce(0) { $0 + $1.table.count } }

    /// The network with the connections as lists, in the order of their places.
    var network: Network {
        var network = plan.network
        for projection in plan.projections {
            let table = projection.table
            let slots = table.slotsByPlace
            network.projections[projection.id].connector = .list(
                slots.map { .init(source: table.source[$0], target: table.target[$0]) })
            network.projections[projection.id].weight = .tensor(
                Tensor(shape: [slots.count], values: slots.map { table.weight(ofSlot: $0) }))
            if projection.potential.commonDelay == nil {
                network.projections[projection.id].delay = .tensor(
                    Tensor(shape: [slots.count], values: slots.map { Float(projection.potential.delay(at: table.place(ofSlot: $0))) }))
            }
        }
        for id in network.populations.ids where !biases[id.index].isEmpty { network.setDrive(biases[id.index].map { Double($0) }, of: id) }
        return network
    }

    // MARK: Checkpoints

    var entries: [TrainerState.Entry] {
        var entries = plan.projections.flatMap(\.entries)
        entries.append(.init("global_picks", .integers([globalChance.drawn])))
        for (index, values) in biases.enumerated() where !values.isEmpty { entries.append(.init("biases_\(index)", .floats(values))) }
        return entries
    }

    func restore(_ state: TrainerState, signature: String) throws(DiagnosticsError) {
        var fits = state.signature == signature
        for projection in plan.projections where fits { fits = projection.restore(state) }
        for index in biases.indices where fits && !biases[index].isEmpty {
            if case .floats(let values) = state["biases_\(index)"], values.count == biases[index].count {
                biases[index] = values
            } else {
                fits = false
            }
        }
        if case .integers(let drawn) = state["global_picks"], drawn.count == 1 { globalChance.drawn = drawn[0] } else { fits = false }
        guard fits else {
            throw TrainerState.foreign
        }
    }
}

extension Network {
    /// Sets what is added to each neuron's membrane potential in a step, by its bias or constant current.
    mutating func setDrive(_ drive: [Double], of id: ID<Population>) {
        guard let model = populations[id].cell.neuron else { return }
        let name: ParameterName = model.kind.definition(of: .bias) != nil ? .bias : .iOffset
        // The drive is proportional to the parameter; the factor is the drive of 1.
        var unit = model
        unit[name] = .uniform(1)
        let random = Philox(seed: seed, purpose: "population/\(populations[id].name)")
        let factors = Dynamics(unit, count: drive.count, timestep: timestep, random: random).drive
        populations[id].cell.neuron?[name] = .perNeuron(zip(drive, factors).map { $0 / $1 })
    }
}
