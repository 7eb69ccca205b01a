import Chips

/// What only SpiNNaker's folder reads of a description.
struct SpiNNakerFields {
    static let names = ["sdram_bytes", "board_version", "clock_hz", "router_joules_per_bit"]

    private let chip: Chip

    init(_ chip: Chip) { self.chip = chip }

    /// Of a chip, for applications; SpiNNMachine 1!7.4.1 where the description does not say.
    var sdramBytes: Int { value("sdram_bytes").map { Int($0) } ?? 123_469_792 }

    /// A field as a number; nil when it is absent.
    func value(_ name: String) -> Double? { chip.fields.first { $0.name == name }.flatMap { Double($0.value) } }
}
