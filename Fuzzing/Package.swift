// swift-tools-version: 6.2
// Fuzzing is a package of its own, so that nobody builds it who does not fuzz. Scripts/fuzz runs it.
import PackageDescription

let package = Package(
    name: "Fuzzing",
    dependencies: [.package(name: "Spikewright", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzz", dependencies: [.product(name: "Spikewright", package: "Spikewright")],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])])
    ]
)
