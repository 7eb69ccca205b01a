import Networks
import Numerics

/// The sign, and the weight at the start, of every potential connection of a projection.
///
/// Where the model has a rule for weights, the rule gives both, for connections that are dormant at first too; where it has numbers,
/// these; a sign that neither tells is drawn.
struct PotentialWeights: Sendable {
    private let dense: [Float]?
    private let rule: SynapseRows?
    private let delays: SynapseRows
    private let targets: Int
    private let random: Philox
    private let excitatory: Double
    private let receptor: Receptor

    init(_ id: ID<Projection>, of network: Network, excitatory: Double) {
        let projection = network.projections[id]
        targets = network.populations[projection.post].size
        receptor = projection.receptor
        self.excitatory = excitatory
        random = Philox(seed: network.seed, purpose: "deep-rewiring/signs/\(projection.name)")
        // The same rules between all pairs: what is drawn at a place does not depend on the connector.
        var all = network
        all.projections[id].connector = .allToAll(allowSelf: true)
        if case .tensor = projection.delay, projection.connector.name != "all_to_all" { all.projections[id].delay = .constant(1) }
        if case .tensor(let tensor) = projection.weight {
            rule = nil
            if case .allToAll = projection.connector { dense = tensor.values } else { dense = nil }
            all.projections[id].weight = .constant(0)
        } else {
            dense = nil
            rule = SynapseRows(id, of: all)
        }
        delays = SynapseRows(id, of: all)
    }

    /// What the model says of a place; nil where it says nothing.
    func weight(at place: Int) -> Float? {
        if let dense { return dense[place] }
        guard let rule else { return nil }
        let (source, target) = place.quotientAndRemainder(dividingBy: targets)
        var row = SynapseRow()
        rule.read(source, targets: target..<target + 1, into: &row)
        return row.weights.first
    }

    func sign(at place: Int) -> Float {
        switch receptor {
        case .excitatory: return 1
        case .inhibitory: return -1
        case .bySign: break
        }
        if let weight = weight(at: place), weight != 0 { return weight < 0 ? -1 : 1 }
        return random.uniform(place) < excitatory ? 1 : -1
    }

    /// In steps.
    func delay(at place: Int) -> Int32 {
        if let common = delays.commonDelay { return Int32(common) }
        let (source, target) = place.quotientAndRemainder(dividingBy: targets)
        var row = SynapseRow()
        delays.read(source, targets: target..<target + 1, into: &row)
        return row.delays.first ?? 1
    }

    var commonDelay: Int? { delays.commonDelay }
}
