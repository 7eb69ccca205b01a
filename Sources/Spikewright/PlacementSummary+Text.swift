import Fidelity
import Foundation
import Lowering

extension PlacementSummary {
    /// Capacities over all used cores, and which one limits.
    var text: String {
        var table = TextTable(header: ["resource", "fullest core", "available", "", "mean", "unit"])
        for (index, resource) in resources.enumerated() {
            let used = cores.map { $0.usage[index] }
            let most = used.max() ?? 0
            let mean = used.isEmpty ? 0 : Double(used.reduce(0, +)) / Double(used.count)
            let share = resource.limit > 0 ? Double(most) / Double(resource.limit) : 0
            table.add([
                resource.name, "\(most)", "\(resource.limit)", String(format: "%.1f %%", 100 * share), String(format: "%.1f", mean),
                resource.unit,
            ])
        }
        let limiting = resources.indices.max { share($0) < share($1) }
        var text = "'\(network)' on '\(target)': \(cores.count) of \(coreCount) cores\n\n" + table.text + "\n"
        if let limiting { text += "\nlimited by \(resources[limiting].name)\n" }
        if let busiest = links.max(by: { $0.packetsPerStep < $1.packetsPerStep }) {
            text += String(
                format: "busiest link: router %d to %d, %.4g packets per step expected\n", busiest.link.from, busiest.link.to,
                busiest.packetsPerStep)
        }
        return text
    }

    /// Cores that networks may use, dead ones included; of a torus without those of chips that are not there and those of the system.
    private var coreCount: Int {
        guard case .hexagonalTorus(let torus) = topology else { return topology.coreCount }
        return (0..<torus.routerCount).reduce(0) { $0 + torus.applicationCores(ofRouter: $1).count }
    }

    private func share(_ resource: Int) -> Double {
        let most = cores.map { $0.usage[resource] }.max() ?? 0
        return resources[resource].limit > 0 ? Double(most) / Double(resources[resource].limit) : 0
    }
}
