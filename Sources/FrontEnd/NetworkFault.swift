import Diagnostics

/// Every fault of meaning that reading a network can report; faults of form (`yaml-…`) come from the YAML module.
///
/// Each id has a paragraph in `Documentation/Diagnostics.md` and a golden error text.
package enum NetworkFault: String, CaseIterable {
    // The file
    case formatMissing = "network-format-missing"
    case formatVersion = "network-format-version"
    case isChip = "network-is-chip"
    case badName = "network-bad-name"
    case durationTwice = "network-duration-twice"
    case durationRounded = "network-duration-rounded"
    case durationTooLong = "network-duration-too-long"
    case badSeed = "network-bad-seed"

    // Populations
    case noPopulations = "network-no-populations"
    case sizeTwice = "network-size-twice"
    case sizeMissing = "network-size-missing"
    case populationTooLarge = "network-population-too-large"
    case unsupportedCell = "network-unsupported-cell"
    case normalizedCell = "network-normalized-cell"
    case cannotRecord = "network-cannot-record"

    // Cells
    case unexpectedUnit = "network-unexpected-unit"
    case parameterRange = "network-parameter-range"
    case parameterCount = "network-parameter-count"
    case raggedList = "network-ragged-list"
    case numberForAttribute = "network-number-for-attribute"
    case thresholdBelowRest = "network-threshold-below-rest"
    case resetAboveThreshold = "network-reset-above-threshold"
    case withoutEffect = "network-without-effect"
    case refractoryRounded = "network-refractory-rounded"
    case timestepCoarse = "network-timestep-coarse"
    case spikeTimeOrder = "network-spike-time-order"
    case spikeTimeNegative = "network-spike-time-negative"
    case spikeTimeRounded = "network-spike-time-rounded"
    case spikeTrainCount = "network-spike-train-count"
    case rateTooHigh = "network-rate-too-high"

    // Distributions and tensors
    case distributionBounds = "network-distribution-bounds"
    case distributionEmpty = "network-distribution-empty"
    case valueTooLarge = "network-value-too-large"
    case tensorFormat = "network-tensor-format"
    case tensorDataset = "network-tensor-dataset"
    case tensorShape = "network-tensor-shape"
    case tensorNotNumbers = "network-tensor-not-numbers"
    case trainedShape = "network-trained-shape"

    // Projections
    case unknownPopulation = "network-unknown-population"
    case duplicateProjection = "network-duplicate-projection"
    case postIsSource = "network-post-is-source"
    case silentSource = "network-silent-source"
    case noWeight = "network-no-weight"
    case weightsForRandom = "network-weights-for-random"
    case weightSign = "network-weight-sign"
    case delayTooShort = "network-delay-too-short"
    case delayTooLong = "network-delay-too-long"
    case delayRounded = "network-delay-rounded"
    case delayClipped = "network-delay-clipped"
    case sizesDiffer = "network-sizes-differ"
    case tooManyPartners = "network-too-many-partners"
    case listRow = "network-list-row"
    case listIndex = "network-list-index"
    case listDuplicate = "network-list-duplicate"
    case listValuesTwice = "network-list-values-twice"
    case axes = "network-axes"
    case windowTooLarge = "network-window-too-large"
    case windowShape = "network-window-shape"
    case windowPadding = "network-window-padding"
    case channels = "network-channels"
    case groups = "network-groups"

    // The task
    case dataUnknown = "task-data-unknown"
    case dataFiles = "task-data-files"
    case noInput = "task-no-input"
    case severalInputs = "task-several-inputs"
    case inputNotInput = "task-input-not-input"
    case split = "task-split"
    case noSplit = "task-no-split"
    case encoderRate = "task-encoder-rate"
    case encoderLatency = "task-encoder-latency"
    case encoderSegments = "task-encoder-segments"
    case encoderSpikeTime = "task-encoder-spike-time"
    case transformShape = "task-transform-shape"
    case noReadout = "task-no-readout"
    case readoutSilent = "task-readout-silent"
    case readoutSource = "task-readout-source"
    case skipTooLong = "task-skip-too-long"
    case noTask = "task-missing"
    case emptyOption = "network-empty-option"
}

extension Diagnostic {
    init(
        _ fault: NetworkFault, _ message: String, at place: SourceRange?, label: String? = nil, notes: [Note] = [], help: String,
        severity: Severity = .error
    ) {
        self.init(fault.rawValue, message, at: place, label: label, notes: notes, help: help, severity: severity)
    }
}
