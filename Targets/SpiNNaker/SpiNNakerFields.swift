import Chips

/// What only SpiNNaker's folder reads of a description.
struct SpiNNakerFields {
    static let names = ["sdram_bytes", "board_version", "clock_hz", "router_joules_per_bit", "real_time"]

    private let chip: Chip

    init(_ chip: Chip) { self.chip = chip }

    /// Of a chip, for applications; SpiNNMachine 1!7.4.1 where the description does not say.
    var sdramBytes: Int { value("sdram_bytes").map { Int($0) } ?? 123_469_792 }

    /// As PACMAN numbers the kinds of boards: 3 for SpiNN-3, 5 for SpiNN-5.
    var boardVersion: Int { value("board_version").map { Int($0) } ?? 5 }

    /// Whether the emulated machine keeps real time, so that packets for which a tick has no time come late; else it takes the time it needs.
    var isRealTime: Bool { value("real_time") == 1 }

    /// A field as a number; nil when it is absent.
    func value(_ name: String) -> Double? { chip.fields.first { $0.name == name }.flatMap { Double($0.value) } }
}
