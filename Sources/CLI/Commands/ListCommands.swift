import ArgumentParser
import Spikewright

struct TargetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "targets", abstract: "List the chips.")
    @OptionGroup var common: CommonOptions

    func run() throws { try show(.targets(), common) }
}

struct PassesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "passes", abstract: "List the passes, with their options.")
    @OptionGroup var common: CommonOptions

    func run() throws { try show(.passes(), common) }
}

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rules", abstract: "List the learning rules, with their options.")
    @OptionGroup var common: CommonOptions

    func run() throws { try show(.rules(), common) }
}

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "models", abstract: "List the models that are shipped.")
    @OptionGroup var common: CommonOptions

    func run() throws { try show(.models(), common) }
}

private func show(_ listing: Listing, _ common: CommonOptions) throws {
    try answer(listing.text, listing.json, common)
}
