import Diagnostics
import Lowering
import Networks
import Numerics

/// Keys `zone | core | neuron << colourBits | colour` for the nets of a core graph, as sPyNNaker allocates them in its flexible mode: the split
/// between core and neuron varies by zone, and all zones start at one bit (PACMAN 1!7.4.1, `zoned_routing_info_allocator.py`;
/// references/spinnaker.md, section 3.4).
struct MulticastKeys {
    /// The tick of a spike modulo 16 (sPyNNaker 1!7.4.1: 4 colour bits).
    static let colourBits = 4

    private(set) var ranges: [KeyRange] = []
    private(set) var zones: [ZoneKey] = []

    init(_ graph: CoreGraph) throws(DiagnosticsError) {
        // Zones that send, in ascending order, with the most neurons and the most cores of any of their nets.
        var most: [Int: (neurons: Int, cores: Int)] = [:]
        for net in graph.nets {
            let zone = graph.zone(of: net)
            let (neurons, cores) = most[zone] ?? (1, 1)
            most[zone] = (max(neurons, graph.keyCount(of: net)), max(cores, graph.indexInZone(of: net) + 1))
        }
        let numbers = most.keys.sorted()
        let bits = numbers.map { zone -> (neurons: Int, cores: Int) in
            let (neurons, cores) = most[zone] ?? (1, 1)
            return (Self.bits(for: neurons << Self.colourBits), Self.bits(for: cores))
        }
        let start = bits.map { $0.neurons + $0.cores }.max() ?? 0
        guard start + Self.bits(for: numbers.count) <= 32 else {
            throw DiagnosticsError(
                Diagnostic(
                    "fit-keys",
                    "\(counted(numbers.count, "sending population")) with up to 2^\(start) keys each need \(start + Self.bits(for: numbers.count)) "
                        + "bits, and a key has 32",
                    help: "split the largest population, or merge small ones"), isRefusal: true)
        }
        var place: [Int: Int] = [:]
        for (index, zone) in numbers.enumerated() {
            place[zone] = index
            zones.append(
                ZoneKey(
                    zone: zone, keys: KeyRange(key: Self.shifted(index, start), mask: Self.mask(start)), neuronBits: bits[index].neurons,
                    coreBits: bits[index].cores))
        }
        for net in graph.nets {
            let zone = zones[place[graph.zone(of: net)] ?? 0]
            let core = Self.shifted(graph.indexInZone(of: net), zone.neuronBits)
            ranges.append(KeyRange(key: zone.key | core, mask: Self.mask(zone.neuronBits)))
        }
    }

    /// ⌈log₂ count⌉.
    static func bits(for count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }

    private static func shifted(_ value: Int, _ bits: Int) -> UInt32 { bits >= 32 ? 0 : UInt32(truncatingIfNeeded: value << bits) }
    private static func mask(_ bits: Int) -> UInt32 { bits >= 32 ? 0 : ~(UInt32(truncatingIfNeeded: 1 << bits) &- 1) }
}
