import ArgumentParser
import Spikewright

/// A pass with its options, as `--pass` takes it: `deep-rewiring:connections=1.33%,epochs=10`.
struct PassArgument {
    private let name: String
    private let settings: [(key: String, value: String)]

    init(_ argument: String) throws {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        name = parts.first ?? ""
        settings = try (parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []).map { setting in
            let sides = setting.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2 else { throw ValidationError("--pass \(argument): '\(setting)' is not written as option=value") }
            return (sides[0], sides[1])
        }
        for (index, setting) in settings.enumerated() where settings[..<index].contains(where: { $0.key == setting.key }) {
            throw ValidationError("--pass \(argument): the option '\(setting.key)' is given twice")
        }
    }

    func apply(to options: inout LoweringOptions) throws {
        switch name {
        case DeepRewiringPass.name: try rewiring(&options)
        case RateConversion.name: try conversion(&options)
        default:
            throw ValidationError("--pass takes \(DeepRewiringPass.name) and \(RateConversion.name), not '\(name)'; the others always run")
        }
    }

    private func rewiring(_ options: inout LoweringOptions) throws {
        var rewiring = DeepRewiringPass.Settings()
        for (key, value) in settings {
            switch key {
            case "connections":
                if value == "fit" {
                    rewiring.connections = .fit
                } else if let count = Int(value), count > 0 {
                    rewiring.connections = .count(count)
                } else if let fraction = Fraction(argument: value), fraction.value > 0, fraction.value <= 1 {
                    rewiring.connections = .fraction(fraction.value)
                } else {
                    throw fault(key, value, "a number of connections, a part such as 1.33%, or fit")
                }
            case "cores": rewiring.cores = try integer(key, value)
            case "epochs": rewiring.epochs = try integer(key, value)
            default: throw unknown(key, ["connections", "cores", "epochs"])
            }
        }
        options.deepRewiring = rewiring
    }

    private func conversion(_ options: inout LoweringOptions) throws {
        options.rateConversion = .always
        for (key, value) in settings {
            switch key {
            case "steps": options.conversionSteps = try integer(key, value)
            case "peak":
                guard let peak = Double(value), peak > 0, peak <= 1 else { throw fault(key, value, "a number above 0, at most 1") }
                options.conversionPeak = peak
            case "percentile":
                guard let part = Double(value), part > 0, part <= 1 else { throw fault(key, value, "a number above 0, at most 1") }
                options.conversionPercentile = part
            case "units": options.conversionUnits = try choice(key, value)
            case "output": options.conversionOutput = try choice(key, value)
            case "input": options.conversionInput = try choice(key, value) as RateConversion.Seeing
            case "run": options.rateConversion = try choice(key, value)
            default: throw unknown(key, ["units", "steps", "percentile", "peak", "output", "input", "run"])
            }
        }
    }

    private func integer(_ key: String, _ value: String) throws -> Int {
        guard let number = Int(value), number > 0, number <= 1_000_000 else { throw fault(key, value, "a whole number from 1 to 1000000") }
        return number
    }

    private func choice<Value: CaseIterable & RawRepresentable<String>>(_ key: String, _ value: String) throws -> Value {
        guard let choice = Value(rawValue: value) else {
            throw fault(key, value, Value.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    private func fault(_ key: String, _ value: String, _ wanted: String) -> ValidationError {
        ValidationError("--pass \(name): \(key) is \(wanted), not '\(value)'")
    }

    private func unknown(_ key: String, _ known: [String]) -> ValidationError {
        ValidationError("--pass \(name): there is no option '\(key)'; the options are \(known.joined(separator: ", "))")
    }
}
