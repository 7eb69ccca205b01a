import Fidelity
import Foundation
import Networks
import Numerics
import Storage

/// The unlowered network as tables: every choice of its dynamics is written, defaults too.
struct NetworkTables {
    let network: Network

    init(_ network: Network) { self.network = network }

    var text: String {
        let neurons = network.populations.reduce(0) { $0 + $1.size }
        let synapses = network.projections.ids.reduce(0) { $0 + SynapseRows($1, of: network).synapseCount }
        var text =
            "network '\(network.name)': \(neurons) neurons, \(synapses) synapses, time step \(shortest(network.timestep)) ms, seed \(network.seed)\n\n"
        text += populations + "\n\n" + projections + "\n"
        if let task { text += "\n" + task + "\n" }
        return text
    }

    private var populations: String {
        var table = TextTable(header: ["population", "shape", "cell", "dynamics", "parameters"])
        for population in network.populations {
            let shape = population.shape.map(String.init).joined(separator: "×")
            guard let model = population.cell.neuron else {
                table.add([population.name, shape, population.cell.name])
                continue
            }
            table.add([population.name, shape, population.cell.name, choices(of: model), parameters(of: model, population.units)])
        }
        return table.leftAligned
    }

    private func choices(of model: NeuronModel) -> String {
        var choices = [model.integration.rawValue, model.order.rawValue]
        if model.spikes { choices += ["reset \(model.reset.rawValue)", "threshold \(model.comparison.rawValue)"] }
        if model.refractory == .blocked { choices.append("refractory blocked") }
        if model.kind == .adaptive, model.adaptationScaling != .none { choices.append("adaptation \(model.adaptationScaling.rawValue)") }
        if model.inputScaling != .none { choices.append("input \(model.inputScaling.rawValue)") }
        return choices.joined(separator: ", ")
    }

    private func parameters(of model: NeuronModel, _ units: Population.Units) -> String {
        model.kind.parameters.map { definition in
            let value: String =
                switch model[definition.name] {
                case .uniform(let number): shortest(number)
                case .perNeuron(let numbers): "\(shortest(numbers.min() ?? 0))…\(shortest(numbers.max() ?? 0))"
                case .drawn: "drawn"
                }
            let unit = definition.unit == .potential ? (units == .normalized ? "" : "mV") : definition.unit.rawValue
            return "\(definition.name.rawValue) \(value)\(unit.isEmpty ? "" : " " + unit)"
        }.joined(separator: ", ")
    }

    private var projections: String {
        var table = TextTable(header: ["projection", "connector", "synapses", "weights", "delay", "trained"])
        for id in network.projections.ids {
            let projection = network.projections[id]
            table.add([
                projection.name, projection.connector.name, "\(SynapseRows(id, of: network).synapseCount)", describe(projection.weight),
                describe(projection.delay) + " steps", projection.isTrainable ? "yes" : "no",
            ])
        }
        return table.leftAligned
    }

    private func describe(_ rule: ValueRule) -> String {
        switch rule {
        case .constant(let value): return shortest(value)
        case .drawn(.normal(let mean, let sigma)): return "normal(\(shortest(mean)), \(shortest(sigma)))"
        case .drawn(.uniform(let low, let high)): return "uniform(\(shortest(low)), \(shortest(high)))"
        case .drawn: return "drawn"
        case .tensor(let tensor):
            let range = tensor.values.isEmpty ? "" : "\(shortest(tensor.values.min() ?? 0))…\(shortest(tensor.values.max() ?? 0))"
            return range + (tensor.origin.map { " from \($0)" } ?? "")
        }
    }

    private var task: String? {
        guard let task = network.task else { return nil }
        var text = "task: \(task.steps) steps a sample, encoder '\(task.encoder.name)' into '\(network.populations[task.input].name)'"
        if let readout = network.readout {
            text += "; answer: \(readout.decode.rawValue) of '\(network.populations[readout.population].name)'"
        }
        if let learning = network.learning { text += "\nlearning: \(learning.rule)" }
        for line in network.published { text += "\npublished: \(line)" }
        return text
    }

    var json: JSONValue {
        let populations = network.populations.map { population -> JSONValue in
            .object(
                JSONObject([
                    ("name", .string(population.name)), ("shape", .array(population.shape.map { .integer($0) })),
                    ("cell", .string(population.cell.name)),
                    ("dynamics", population.cell.neuron.map { .string(choices(of: $0)) } ?? .null),
                    ("parameters", population.cell.neuron.map { .string(parameters(of: $0, population.units)) } ?? .null),
                ]))
        }
        let projections = network.projections.ids.map { id -> JSONValue in
            let projection = network.projections[id]
            return .object(
                JSONObject([
                    ("name", .string(projection.name)), ("connector", .string(projection.connector.name)),
                    ("synapses", .integer(SynapseRows(id, of: network).synapseCount)), ("weights", .string(describe(projection.weight))),
                ]))
        }
        return .object(
            JSONObject([
                ("name", .string(network.name)), ("timestep_ms", .number(network.timestep)), ("seed", .integer(Int(network.seed))),
                ("populations", .array(populations)), ("projections", .array(projections)),
            ]))
    }
}
