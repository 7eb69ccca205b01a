public import Networks
import Numerics
public import YAML

/// Prints a network as YAML that reads back as an equal network (places apart).
///
/// Numbers are written in full, whatever their count; `writeNetwork` puts large tensors into a file beside.
public func printNetwork(_ network: Network) -> String { printYAML(networkTree(network)) }

/// The YAML tree of a network, as `readNetwork` takes it.
public func networkTree(_ network: Network) -> Node { NetworkPrinter(network).tree }

/// Makes the YAML tree of a network: what has its default is left out, but for the dynamics of neurons, which are always stated.
struct NetworkPrinter {
    let network: Network
    /// Stands in for a tensor that is written elsewhere; nil keeps it here. `key`: `projections/a->b/weight`.
    var reference: (_ key: String) -> Node? = { _ in nil }

    init(_ network: Network) { self.network = network }

    var tree: Node {
        var entries: [Node.Entry] = [
            entry("spikewright", Node(NetworkReader.formatVersion)), entry("network", Node(network.name)), entry("setup", setup),
        ]
        if let task = network.task { entries.append(entry("task", self.task(task))) }
        entries.append(entry("populations", mapping(network.populations.map { entry($0.name, population($0)) })))
        if !network.projections.isEmpty { entries.append(entry("projections", Node(network.projections.map(projection)))) }
        if let readout = network.readout { entries.append(entry("readout", self.readout(readout))) }
        if let learning = network.learning { entries.append(entry("learning", self.learning(learning))) }
        if let fidelity = network.fidelity { entries.append(entry("fidelity", self.fidelity(fidelity))) }
        if !network.published.isEmpty { entries.append(entry("published", Node(network.published.map { Node($0) }))) }
        return mapping(entries)
    }

    private var setup: Node {
        mapping(
            [
                entry("timestep", number(network.timestep, "ms")), entry("seed", plain(String(network.seed))),
                entry("steps", Node(network.steps)),
            ] + (network.time == .steps ? [] : [entry("time", Node(network.time.rawValue))]))
    }

    private func population(_ population: Population) -> Node {
        var entries: [Node.Entry] = [
            population.shape.count == 1 ? entry("size", Node(population.size)) : entry("shape", integers(population.shape)),
            entry("cell", cell(population)),
        ]
        if population.units != .physical { entries.append(entry("units", Node(population.units.rawValue))) }
        if !population.record.isEmpty {
            entries.append(entry("record", Node(population.record.sorted().map { Node($0.rawValue) })))
        }
        return mapping(entries)
    }

    private func cell(_ population: Population) -> Node {
        let key = "populations/\(population.name)"
        switch population.cell {
        case .input: return Node(population.cell.name)
        case .spikeSourceArray(let times):
            let isShared = times.dropFirst().allSatisfy { $0 == times[0] }
            let trains = isShared ? numbers(times.first ?? []) : Node(times.map(numbers))
            return variant(population.cell.name, [entry("spike_times", trains)])
        case .spikeSourcePoisson(let rate, let start, let duration):
            return variant(
                population.cell.name,
                [
                    entry("rate", parameter(rate, "Hz", "\(key)/rate")), entry("start", number(start, "ms")),
                    entry("duration", number(duration, "ms")),
                ])
        case .neuron(let model): return variant(population.cell.name, neuron(model, population.units, key))
        }
    }

    private func neuron(_ model: NeuronModel, _ units: Population.Units, _ key: String) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        for definition in model.kind.parameters {
            guard let value = model.values[definition.name] else { continue }
            let unit: String? = if case .physical(let unit) = ValueUnit(definition.unit, units) { unit } else { nil }
            entries.append(entry(definition.name.rawValue, parameter(value, unit, "\(key)/\(definition.name.rawValue)")))
        }
        let standard = NeuronModel(model.kind)
        let idle = attributesWithoutEffect(model.kind)
        func attribute(_ key: String, _ value: String, _ standard: String) {
            if !idle.contains(key) || value != standard { entries.append(entry(key, Node(value))) }
        }
        attribute("integration", model.integration.rawValue, standard.integration.rawValue)
        attribute("reset", model.reset.rawValue, standard.reset.rawValue)
        attribute("threshold", model.comparison.rawValue, standard.comparison.rawValue)
        attribute("order", model.order.rawValue, standard.order.rawValue)
        attribute("input_scaling", model.inputScaling.rawValue, standard.inputScaling.rawValue)
        // These came later: what has its default stays unwritten, so that older descriptions print as they did.
        var implied = standard
        implied.reset = model.reset
        func choice(_ key: String, _ value: String, _ standard: String) { if value != standard { entries.append(entry(key, Node(value))) } }
        choice("refractory", model.refractory.rawValue, standard.refractory.rawValue)
        choice("reset_amount", model.resetAmount.rawValue, implied.resetAmount.rawValue)
        choice("adaptation_scaling", model.adaptationScaling.rawValue, standard.adaptationScaling.rawValue)
        return entries
    }

    private func parameter(_ parameter: Parameter, _ unit: String?, _ key: String) -> Node {
        switch parameter {
        case .uniform(let value): number(value, unit)
        case .perNeuron(let values): reference(key) ?? numbers(values)
        case .drawn(let distribution): self.distribution(distribution, { plain(text($0)) })
        }
    }

    private func fidelity(_ fidelity: FidelitySpecification) -> Node {
        var entries = [entry("metric", Node(fidelity.metric.rawValue)), entry("max_drop", plain(text(fidelity.maximumDrop)))]
        if let samples = fidelity.samples { entries.append(entry("samples", Node(samples))) }
        return mapping(entries)
    }

    private func learning(_ learning: LearningSpecification) -> Node {
        let options = option(learning.options)
        return mapping([entry("rule", Node(learning.rule))] + (options.mapping ?? []))
    }

    private func option(_ option: OptionTree) -> Node {
        switch option.value {
        case .number(let value, let unit): number(value, unit.isEmpty ? nil : unit)
        case .text(let text): Node(text)
        case .flag(let flag): Node(flag)
        case .list(let items): Node(items.map(self.option))
        case .map(let entries): mapping(entries.map { entry($0.key, self.option($0.value)) })
        }
    }
}

// The parts that trees are made of.
extension NetworkPrinter {
    func entry(_ key: String, _ value: Node) -> Node.Entry { Node.Entry(key, value) }

    func mapping(_ entries: [Node.Entry]) -> Node { Node(.mapping(entries)) }

    /// `lif`, or `{lif: {…}}`.
    func variant(_ name: String, _ options: [Node.Entry]) -> Node {
        options.isEmpty ? Node(name) : mapping([entry(name, mapping(options))])
    }

    func plain(_ text: String) -> Node { Node(.scalar(Scalar(text, style: .plain))) }

    /// With the unit behind, or bare.
    func number(_ value: Double, _ unit: String?) -> Node { unit.map { Node("\(text(value)) \($0)") } ?? plain(text(value)) }

    func numbers(_ values: [Double]) -> Node { Node(values.map { plain(text($0)) }) }

    func integers(_ values: [Int]) -> Node { Node(values.map { Node($0) }) }

    /// A time in ms, or in steps where division by the timestep would not give the same number back.
    func time(_ steps: Double) -> Node {
        let product = steps * network.timestep
        for milliseconds in [tidy(product), product] {
            let read = milliseconds / network.timestep
            // Whole numbers of steps are rounded when they are read, as everywhere but in distributions.
            if read == steps { return number(milliseconds, "ms") }
        }
        return number(steps, "steps")
    }

    /// - Parameter value: prints a number of the distribution, bounds and means alike.
    func distribution(_ distribution: Distribution, _ value: (Double) -> Node, logarithm: Double = 0) -> Node {
        func kind(_ name: DistributionName, _ entries: [(String, Node)]) -> Node {
            variant(name.rawValue, entries.map { entry($0.0, $0.1) })
        }
        switch distribution {
        case .uniform(let low, let high): return kind(.uniform, [("low", value(low)), ("high", value(high))])
        case .uniformInteger(let low, let high):
            return kind(.uniformInteger, [("low", value(Double(low))), ("high", value(Double(high)))])
        case .normal(let mean, let sigma): return kind(.normal, [("mean", value(mean)), ("sigma", value(sigma))])
        case .normalClipped(let mean, let sigma, let low, let high):
            return kind(.normalClipped, [("mean", value(mean)), ("sigma", value(sigma)), ("low", value(low)), ("high", value(high))])
        case .normalClippedToBoundary(let mean, let sigma, let low, let high):
            return kind(
                .normalClippedToBoundary, [("mean", value(mean)), ("sigma", value(sigma)), ("low", value(low)), ("high", value(high))])
        case .lognormal(let mean, let sigma):
            let printed = shifted(mean, by: logarithm)
            return kind(.lognormal, [("mean", plain(text(printed))), ("sigma", plain(text(sigma)))])
        case .exponential(let mean): return kind(.exponential, [("mean", value(mean))])
        }
    }

    /// The number near `mean + shift` from which subtracting `shift` gives `mean` back, to the bit, if there is one.
    private func shifted(_ mean: Double, by shift: Double) -> Double {
        let middle = mean + shift
        var (up, down) = (middle, middle)
        for _ in 0..<8 {
            if up - shift == mean { return up }
            if down - shift == mean { return down }
            (up, down) = (up.nextUp, down.nextDown)
        }
        return middle
    }
}
