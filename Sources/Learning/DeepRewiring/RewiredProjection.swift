import Networks
import Numerics

/// A projection whose connections move.
final class RewiredProjection {
    let id: ID<Projection>
    let name: String
    let table: ConnectionTable<Float>
    let potential: PotentialWeights
    /// How many are active, where the number is kept in each projection.
    let count: Int
    private(set) var chance: RewiringChance
    /// The soft form: theta of every dormant connection, by place; infinite where it is active.
    private var dormant: [Float] = []
    private let lowest: Float?

    /// - Parameters:
    ///   - count: connections that are active at the start.
    ///   - capacity: the most that may be active.
    init(
        _ id: ID<Projection>, of network: Network, count: Int, capacity: Int, options: RewiringOptions
    ) {
        let projection = network.projections[id]
        self.id = id
        name = projection.name
        self.count = count
        lowest = options.lowest.map { Float($0) }
        potential = PotentialWeights(id, of: network, excitatory: options.excitatory)
        chance = RewiringChance(seed: network.seed, projection: projection.name)
        let (pre, post) = (network.populations[projection.pre], network.populations[projection.post])
        let skipsSelf = projection.pre == projection.post && !projection.connector.allowsSelf
        let most = pre.size * post.size
        table = ConnectionTable(
            sources: pre.size, targets: post.size, skipsSelf: skipsSelf, capacity: options.lowest == nil ? capacity : most)
        start(SynapseRows(id, of: network), isDrawn: { if case .tensor = projection.weight { false } else { true } }())
    }

    /// The strongest `count` of the connections that the model has, or so many drawn ones of a rule between all pairs.
    private func start(_ rows: SynapseRows, isDrawn: Bool) {
        if !(rows.isDense && isDrawn) {
            var given: [(place: Int, weight: Float)] = []
            var row = SynapseRow()
            for source in 0..<rows.sourceCount {
                rows.read(source, into: &row)
                for k in 0..<row.count {
                    let place = source * rows.targetCount + Int(row.targets[k])
                    if given.last?.place == place {
                        given[given.count - 1].weight += row.weights[k]
                    } else {
                        given.append((place, row.weights[k]))
                    }
                }
            }
            if given.count > count {
                given.sort { (abs($0.weight), $1.place) > (abs($1.weight), $0.place) }
                given.removeLast(given.count - count)
                given.sort { $0.place < $1.place }
            }
            for (place, weight) in given { table.activate(place, theta: abs(weight), sign: sign(place, weight)) }
        }
        while table.count < count {
            let place = chance.dormant(of: table)
            table.activate(place, theta: isDrawn ? abs(potential.weight(at: place) ?? 0) : 0, sign: potential.sign(at: place))
        }
        guard let lowest else { return }
        let random = Philox(seed: chance.picks.bits(0), purpose: "dormant")
        dormant = (0..<table.pairs).map { place in
            table.isActive(place) || !table.isCandidate(place) ? .infinity : lowest * Float(random.uniform(place))
        }
    }

    private func sign(_ place: Int, _ weight: Float) -> Float {
        weight == 0 ? potential.sign(at: place) : weight < 0 ? -1 : 1
    }

    // MARK: Rewiring

    /// Takes out what has died, after the thetas were moved.
    /// - Returns: how many there were.
    func removeDormant() -> Int {
        if let lowest {
            for slot in 0..<table.count where table.theta[slot] < 0 { dormant[table.place(ofSlot: slot)] = max(table.theta[slot], lowest) }
        }
        return table.removeDormant()
    }

    func activateOne() {
        let place = chance.dormant(of: table)
        table.activate(place, theta: 0, sign: potential.sign(at: place))
    }

    /// The soft form: dormant connections take a step of their walk; those that reach 0 wake.
    func walk(noise: Float, step: Int) {
        guard let lowest else { return }
        let stream = chance.noise.split(-1 - step)
        for pair in 0..<(dormant.count + 1) / 2 {
            let (first, second) = RewiringChance.pair(stream, pair)
            for (place, normal) in [(2 * pair, first), (2 * pair + 1, second)] where place < dormant.count && dormant[place] < .infinity {
                let theta = max(dormant[place] + noise * normal, lowest)
                dormant[place] = theta
                guard theta >= 0 else { continue }
                table.activate(place, theta: theta, sign: potential.sign(at: place))
                dormant[place] = .infinity
            }
        }
    }

    // MARK: State

    var entries: [TrainerState.Entry] {
        let slots = 0..<table.count
        return [
            .init("place_\(id.index)", .integers(slots.map { table.place(ofSlot: $0) })),
            .init("theta_\(id.index)", .floats(slots.map { table.theta[$0] })),
            .init("sign_\(id.index)", .floats(slots.map { table.sign[$0] })),
            .init("picks_\(id.index)", .integers([chance.drawn])),
        ] + (dormant.isEmpty ? [] : [.init("dormant_\(id.index)", .floats(dormant))])
    }

    /// - Returns: whether the state holds what this projection needs.
    func restore(_ state: TrainerState) -> Bool {
        guard case .integers(let places) = state["place_\(id.index)"], case .floats(let thetas) = state["theta_\(id.index)"],
            case .floats(let signs) = state["sign_\(id.index)"], case .integers(let drawn) = state["picks_\(id.index)"],
            places.count == thetas.count, places.count == signs.count, places.count <= table.capacity, drawn.count == 1,
            places.allSatisfy({ (0..<table.pairs).contains($0) }), Set(places).count == places.count
        else { return false }
        if !dormant.isEmpty {
            guard case .floats(let values) = state["dormant_\(id.index)"], values.count == dormant.count else { return false }
            dormant = values
        }
        table.removeAll()
        for (slot, place) in places.enumerated() { table.activate(place, theta: thetas[slot], sign: signs[slot]) }
        chance.drawn = drawn[0]
        return true
    }
}

extension Connector {
    /// Whether a neuron may reach itself.
    var allowsSelf: Bool {
        switch self {
        case .allToAll(let allowSelf), .fixedProbability(_, let allowSelf), .fixedTotalNumber(_, let allowSelf),
            .fixedNumberPre(_, _, let allowSelf), .fixedNumberPost(_, _, let allowSelf):
            allowSelf
        case .oneToOne, .list, .convolution, .pooling: true
        }
    }

    /// Whether its synapses can move: any pair is as good as another.
    var canRewire: Bool {
        switch self {
        case .allToAll, .fixedProbability, .fixedTotalNumber, .fixedNumberPre, .fixedNumberPost, .list: true
        case .oneToOne, .convolution, .pooling: false
        }
    }
}
