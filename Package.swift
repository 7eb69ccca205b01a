// swift-tools-version: 6.2
// The floors of the house (Documentation/Rationale.md): a module names only modules on lower floors.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

func floor(_ name: String, path: String? = nil, exclude: [String] = [], resources: [Resource]? = nil, on lower: [Target.Dependency])
    -> Target
{
    .target(
        name: name, dependencies: lower, path: path ?? "Sources/\(name)", exclude: exclude, resources: resources, swiftSettings: settings)
}

/// A test suite beside the folder that it mirrors: `Tests/<mirrors>`.
func tests(_ name: String, mirrors path: String, on modules: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: modules + ["Support"], path: "Tests/\(path)", swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "Spikewright",
    products: [
        .library(name: "Spikewright", targets: ["Spikewright"]),
        .executable(name: "spikewright", targets: ["CLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // Floor 0
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CGraphviz", pkgConfig: "libgvc", apt: "libgraphviz-dev"),
        system("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev"),
        system("CBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        .systemLibrary(name: "CPosix", path: "Sources/CPosix"),
        floor("Diagnostics", on: []),
        floor("Numerics", on: []),
        // Floor 1
        floor("YAML", on: ["CYAML", "Diagnostics"]),
        floor("Storage", on: ["CHDF5", "CZlib", "CCrypto", "CPosix", "Diagnostics", "Numerics"]),
        floor("Networks", on: ["Diagnostics", "Numerics"]),
        floor("Chips", on: ["Diagnostics", "Numerics"]),
        // Floor 2
        floor("FrontEnd", on: ["Diagnostics", "Numerics", "YAML", "Storage", "Networks", "Chips"]),
        floor("Lowering", on: ["Diagnostics", "Numerics", "YAML", "Storage", "Networks", "Chips"]),
        // Floor 3
        floor("Simulation", on: ["Diagnostics", "Numerics", "Storage", "Networks", "Chips", "FrontEnd", "Lowering"]),
        // Floor 4
        floor("Learning", on: ["CBLAS", "Diagnostics", "Numerics", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation"]),
        // Floor 5
        floor(
            "Passes", path: "Passes",
            on: ["Diagnostics", "Numerics", "YAML", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation", "Learning"]),
        floor(
            "Targets", path: "Targets",
            // One line for each description of a chip.
            resources: [
                .embedInCode("Loihi/loihi1.yaml"), .embedInCode("Loihi/loihi1x2.yaml"), .embedInCode("Loihi/loihi1x32.yaml"),
                .embedInCode("Loihi/loihi2.yaml"), .embedInCode("Loihi/loihi2x4.yaml"), .embedInCode("Loihi/loihi2x8.yaml"),
                .embedInCode("Loihi/loihi2x1152.yaml"), .embedInCode("SpiNNaker/spin3.yaml"), .embedInCode("SpiNNaker/spin5.yaml"),
                .embedInCode("SpiNNaker/spin5x3.yaml"), .embedInCode("BrainScaleS/brainscales2.yaml"),
                .embedInCode("SpiNNaker/spinnaker2.yaml"), .embedInCode("SpiNNaker/spinnaker2-64k.yaml"),
                .embedInCode("SpiNNaker/spinnaker2x48.yaml"),
                .embedInCode("BrainScaleS/brainscales2-ideal.yaml"), .embedInCode("BrainScaleS/brainscales2-uncalibrated.yaml"),
            ],
            on: ["Diagnostics", "Numerics", "YAML", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation", "Learning"]),
        // Floor 6
        floor(
            "Fidelity",
            on: [
                "Diagnostics", "Numerics", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation", "Learning", "Passes",
                "Targets",
            ]),
        floor(
            "Drawing",
            on: [
                "CGraphviz", "Diagnostics", "Numerics", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation", "Passes",
                "Targets",
            ]),
        // Floor 7
        floor(
            "Spikewright",
            on: [
                "Diagnostics", "Numerics", "YAML", "Storage", "Networks", "Chips", "FrontEnd", "Lowering", "Simulation", "Learning",
                "Passes",
                "Targets", "Fidelity", "Drawing",
            ]),
        // Floor 8
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Spikewright", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Sources/CLI", swiftSettings: settings),
        // Tests mirror the tree.
        .target(
            name: "Support", dependencies: ["Diagnostics", "Numerics", "Storage", "Networks", "Chips", "Lowering"], path: "Tests/Support",
            swiftSettings: settings),
        tests("DiagnosticsTests", mirrors: "Sources/Diagnostics", on: ["Diagnostics"]),
        tests("NumericsTests", mirrors: "Sources/Numerics", on: ["Numerics"]),
        tests(
            "FrontEndTests", mirrors: "Sources/FrontEnd",
            on: ["FrontEnd", "Networks", "Chips", "YAML", "Storage", "Diagnostics", "Numerics"]),
        .executableTarget(
            name: "StorageKillTarget", dependencies: ["Storage"], path: "Tests/Programs/StorageKillTarget", swiftSettings: settings),
        tests("StorageTests", mirrors: "Sources/Storage", on: ["Storage", "Diagnostics", "Numerics", "StorageKillTarget"]),
        tests("NetworksTests", mirrors: "Sources/Networks", on: ["Networks", "Numerics"]),
        tests("SimulationTests", mirrors: "Sources/Simulation", on: ["Simulation", "Networks", "Numerics", "Diagnostics", "Storage"]),
        tests(
            "QuantizationTests", mirrors: "Passes/Quantization",
            on: ["Passes", "Targets", "Lowering", "Networks", "Chips", "Diagnostics", "Numerics"]),
        tests(
            "RateConversionTests", mirrors: "Passes/RateConversion",
            on: ["Passes", "Targets", "Learning", "Lowering", "Simulation", "FrontEnd", "Networks", "Chips", "Diagnostics", "Numerics"]),
        tests(
            "DeepRewiringTests", mirrors: "Passes/DeepRewiring",
            on: ["Passes", "Learning", "Lowering", "FrontEnd", "Targets", "Networks", "Chips", "Diagnostics", "Numerics"]),
        tests("ArithmeticTests", mirrors: "Targets/Arithmetic", on: ["Targets", "Chips", "Storage"]),
        tests(
            "LoihiTests", mirrors: "Targets/Loihi",
            on: [
                "Spikewright", "Targets", "Passes", "Learning", "Lowering", "Simulation", "Networks", "Chips", "Diagnostics", "Numerics",
                "Storage",
            ]),
        tests(
            "SpiNNakerTests", mirrors: "Targets/SpiNNaker",
            on: [
                "Spikewright", "Targets", "Passes", "Learning", "FrontEnd", "Lowering", "Simulation", "Networks", "Chips", "Diagnostics",
                "Numerics", "Storage",
            ]),
        // Over every chip and every pass.
        tests(
            "PropertiesTests", mirrors: "Targets/Properties",
            on: [
                "Spikewright", "Targets", "Passes", "Lowering", "Simulation", "FrontEnd", "Networks", "Chips", "Storage", "Diagnostics",
                "Numerics",
            ]),
        tests("DrawingTests", mirrors: "Sources/Drawing", on: ["Drawing", "Lowering", "Chips", "Diagnostics", "Numerics", "Storage"]),
        tests("LoweringTests", mirrors: "Sources/Lowering", on: ["Lowering", "Chips", "Numerics", "Storage"]),
        tests(
            "BrainScaleSTests", mirrors: "Targets/BrainScaleS",
            on: [
                "Targets", "Passes", "Lowering", "FrontEnd", "Learning", "Simulation", "Networks", "Chips", "Diagnostics", "Numerics",
                "Storage",
            ]),
        tests(
            "PartitioningTests", mirrors: "Passes/Partitioning",
            on: ["Passes", "Lowering", "Networks", "Chips", "Diagnostics", "Numerics"]),
        tests(
            "PlacementTests", mirrors: "Passes/Placement", on: ["Passes", "Lowering", "Networks", "Chips", "Diagnostics", "Numerics"]),
        tests(
            "CoreGraphsTests", mirrors: "Passes/CoreGraphs",
            on: ["Passes", "Lowering", "FrontEnd", "Chips", "Storage", "Diagnostics", "Numerics"]),
        tests(
            "RoutingTests", mirrors: "Passes/Routing",
            on: ["Passes", "Lowering", "Networks", "Chips", "Diagnostics", "Numerics", "Storage"]),
        tests("CLITests", mirrors: "Sources/CLI", on: ["CLI", "Storage", "Numerics"]),
        tests("FidelityTests", mirrors: "Sources/Fidelity", on: ["Spikewright", "Fidelity", "Diagnostics"]),
        .testTarget(
            name: "ExampleTests", dependencies: ["Spikewright"], path: "Documentation/Examples/LibraryTest", swiftSettings: settings),
        tests("YAMLTests", mirrors: "Sources/YAML", on: ["YAML", "Diagnostics", "Numerics"]),
        tests(
            "LearningTests", mirrors: "Sources/Learning",
            on: ["Learning", "FrontEnd", "Simulation", "Networks", "Chips", "Numerics", "Storage", "Diagnostics"]),
    ]
)
