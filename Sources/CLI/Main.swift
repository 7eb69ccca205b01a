import ArgumentParser

@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "spikewright", abstract: "Compiles neural networks to neuromorphic chips.")
}
