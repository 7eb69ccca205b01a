import Chips
import Networks
import Numerics
import Support
import Testing

/// Rate units on every kind of chip whose neurons send values: artifacts beside an independent simulation of their law.
@Suite struct RateUnitTests {
    static let chips = ["loihi2", "loihi2x4", "graded", "spinnaker2", "spinnaker2-64k"]

    /// Rate units and spiking neurons side by side, on shared cores, with loops, delays and unequal units.
    @Test(arguments: chips) func `units send what their law says, from the artifact alone`(_ name: String) throws {
        let chip = try PropertyChips.chip(name)
        var (units, spikes) = (0, 0)
        for seed in 200..<206 {
            let network = Network.random(seed, for: chip)
            units += network.populations.count { $0.cell.neuron?.kind == .rate }
            let outcome = try EmulatorComparison(network, on: chip, steps: 24, seed: seed)
            #expect(outcome.differences.isEmpty, "seed \(seed): \(outcome.differences)")
            spikes += outcome.spikes
        }
        #expect(units > 6 && spikes > 50, "\(units) populations of units and \(spikes) spikes show little")
    }
}
