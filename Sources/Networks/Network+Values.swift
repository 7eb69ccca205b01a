public import Numerics

extension Network {
    /// The values of a parameter for every neuron of a population, in the parameter's unit, as `Dynamics` draws them; nil where the cell
    /// does not have it.
    public func values(of name: ParameterName, in id: ID<Population>) -> [Double]? {
        let population = populations[id]
        guard let model = population.cell.neuron, model.kind.definition(of: name) != nil else { return nil }
        let random = Philox(seed: seed, purpose: "population/\(population.name)")
        return model[name].values(count: population.size, random: Philox(seed: random.bits(0), purpose: name.rawValue))
    }
}
