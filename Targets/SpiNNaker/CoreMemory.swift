import Lowering
import Numerics

/// What a core finds in SDRAM: regions of words behind a header, as FEC 1!7.4.1 lays them out (`data_specification.h`: magic number,
/// version, then place, checksum and size of 32 regions).
package struct CoreMemory: Sendable {
    package struct Region: Sendable {
        package var number: Int
        package var words: [UInt32]
        /// At least what is written.
        package var reservedBytes: Int
    }

    package var binary: String
    package var label: String
    /// Ascending by number.
    package private(set) var regions: [Region] = []

    private static let magic: UInt32 = 0xAD13_0AD6
    private static let version: UInt32 = 0x0001_0000
    private static let mostRegions = 32

    init(binary: String, label: String) {
        self.binary = binary
        self.label = label
    }

    mutating func add(_ number: Int, _ words: [UInt32], reservedBytes: Int = 0) {
        regions.append(Region(number: number, words: words, reservedBytes: max(reservedBytes, words.count * 4)))
    }

    package func region(_ number: Int) -> Region? { regions.first { $0.number == number } }

    /// The image; places are from its start.
    var bytes: [UInt8] {
        let header = 2 + 3 * Self.mostRegions
        let total = header + regions.reduce(0) { $0 + Self.words($1) }
        var words = [UInt32](repeating: 0, count: total)
        words[0] = Self.magic
        words[1] = Self.version
        var next = header
        for region in regions {
            words[2 + 3 * region.number] = UInt32(next * 4)
            words[3 + 3 * region.number] = region.words.reduce(0) { $0 &+ $1 }
            words[4 + 3 * region.number] = UInt32(Self.words(region))
            words.replaceSubrange(next..<next + region.words.count, with: region.words)
            next += Self.words(region)
        }
        return Self.littleEndian(words)
    }

    private static func words(_ region: Region) -> Int { (region.reservedBytes + 3) / 4 }

    package static func littleEndian(_ words: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 4)
        for word in words {
            bytes.append(UInt8(truncatingIfNeeded: word))
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
            bytes.append(UInt8(truncatingIfNeeded: word >> 16))
            bytes.append(UInt8(truncatingIfNeeded: word >> 24))
        }
        return bytes
    }
}

/// The binaries that cores run.
enum Binary {
    static let source = "reverse_iptag_multicast_source"
    static let delayExtension = "delay_extension"
    static let currentExponential = "IF_curr_exp"
    static let currentDelta = "IF_curr_delta"
    static let conductanceExponential = "IF_cond_exp"
    static let threshold = "spikewright_threshold"

    /// The binary whose rows learn by pairs of spikes, as sPyNNaker 1!7.4.1 names it.
    static func name(_ cell: String, learning pairs: FixedPointPairs?) -> String {
        guard let pairs else { return cell }
        return "\(cell)_stdp_mad_\(pairs.isNearest ? "nearest_pair" : "pair")_\(pairs.isMultiplicative ? "multiplicative" : "additive")"
    }

    /// The first 8 hex digits of the MD5 of the name: how a binary knows that a system region is its own (sPyNNaker 7.4.1).
    static func identifier(_ name: String) -> UInt32 {
        switch name {
        case source: 0x62BF_FBD5
        case delayExtension: 0x0DC6_4BF0
        case currentExponential: 0xEEB9_8D83
        case currentDelta: 0x303F_1DAA
        case conductanceExponential: 0xCB84_2B47
        case threshold: 0x558A_8051
        case "IF_curr_exp_stdp_mad_pair_additive": 0x5BE7_B87E
        case "IF_curr_exp_stdp_mad_pair_multiplicative": 0x5B63_DEF6
        case "IF_curr_exp_stdp_mad_nearest_pair_additive": 0x1F0C_B479
        case "IF_curr_exp_stdp_mad_nearest_pair_multiplicative": 0xD5EB_4241
        case "IF_curr_delta_stdp_mad_pair_additive": 0x7E2F_59AC
        case "IF_curr_delta_stdp_mad_nearest_pair_additive": 0x8223_55E7
        case "IF_cond_exp_stdp_mad_pair_additive": 0xDC6C_F681
        case "IF_cond_exp_stdp_mad_nearest_pair_additive": 0x2A67_484C
        case "spikewright_threshold_stdp_mad_pair_additive": 0x3BB1_E20D
        case "spikewright_threshold_stdp_mad_pair_multiplicative": 0xF750_55B6
        case "spikewright_threshold_stdp_mad_nearest_pair_additive": 0xD079_7BEB
        case "spikewright_threshold_stdp_mad_nearest_pair_multiplicative": 0xD96A_2899
        default: preconditionFailure("bug: no binary '\(name)'")
        }
    }

    /// Identifier, time step in µs, SDP port.
    static func system(_ name: String, timestep: Double) -> [UInt32] {
        [identifier(name), UInt32((timestep * 1000).rounded()), 3]
    }
}
