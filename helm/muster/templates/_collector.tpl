{{/* The collector's configuration: traces to Jaeger, metrics to Prometheus. */}}
{{- define "muster.collectorConfig" -}}
{{- $collector := .Values.collector -}}
extensions:
  health_check:
    endpoint: 0.0.0.0:13133
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 0.0.0.0:4317
  {{- if $collector.prometheus }}
  prometheus:
    config:
      scrape_configs:
        - job_name: muster
          scrape_interval: 30s
          metrics_path: /q/metrics
          {{- if .Values.tls.services.enabled }}
          tls_config:
            ca_file: /var/run/muster/ca/ca.crt
            # Pods are asked by their addresses, which are in no certificate; the authority is the release's own.
            insecure_skip_verify: true
          {{- end }}
          kubernetes_sd_configs:
            - role: pod
              namespaces:
                names: [{{ .Release.Namespace }}]
              selectors:
                - role: pod
                  label: app.kubernetes.io/instance={{ .Release.Name }}
          relabel_configs:
            - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
              regex: registry|ingest|command|firmware|broker
              action: keep
            - source_labels: [__meta_kubernetes_pod_container_port_name]
              regex: http
              action: keep
            {{- if .Values.tls.services.enabled }}
            - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
              regex: registry|ingest|command|firmware
              target_label: __scheme__
              replacement: https
            {{- end }}
            - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
              target_label: component
            - source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance]
              target_label: release
              {{- with .Values.site }}
              # Elsewhere there are releases of the same name.
              replacement: $$1@{{ . }}
              {{- end }}
            - source_labels: [__meta_kubernetes_pod_name]
              target_label: pod
            - source_labels: [__meta_kubernetes_namespace]
              target_label: namespace
  {{- end }}
processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
  batch: {}
exporters:
  {{- if $collector.jaeger }}
  otlp/jaeger:
    endpoint: {{ $collector.jaeger }}
    tls:
      insecure: {{ $collector.insecure }}
  {{- end }}
  {{- if $collector.prometheus }}
  prometheusremotewrite:
    endpoint: {{ $collector.prometheus }}
  {{- end }}
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers:
        - pull:
            exporter:
              prometheus:
                host: 0.0.0.0
                port: 8888
  pipelines:
    {{- if $collector.jaeger }}
    traces:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [otlp/jaeger]
    {{- end }}
    {{- if $collector.prometheus }}
    metrics:
      receivers: [prometheus]
      processors: [memory_limiter, batch]
      exporters: [prometheusremotewrite]
    {{- end }}
{{- end -}}

{{/* The configuration of the DaemonSet: this release's logs to Loki. */}}
{{- define "muster.logsConfig" -}}
extensions:
  health_check:
    endpoint: 0.0.0.0:13133
receivers:
  filelog:
    include:
      - /var/log/pods/{{ .Release.Namespace }}_{{ include "muster.fullname" . }}-*/*/*.log
    # Its own: with Loki away each line of it would be another one to send.
    exclude:
      - /var/log/pods/{{ .Release.Namespace }}_{{ include "muster.name" (dict "root" $ "component" "logs") }}-*/*/*.log
    start_at: end
    operators:
      - type: container
      # A service's line is JSON with tenant, device and traceId; what is not stays as it is.
      - type: json_parser
        if: body matches "^\\{"
        on_error: send_quiet
processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 75
    spike_limit_percentage: 20
  batch: {}
exporters:
  otlphttp/loki:
    endpoint: {{ .Values.collector.loki }}
service:
  extensions: [health_check]
  pipelines:
    logs:
      receivers: [filelog]
      processors: [memory_limiter, batch]
      exporters: [otlphttp/loki]
{{- end -}}

{{/* The beginning of its container: (root, image); ports and mounts follow. */}}
{{- define "muster.collectorContainer" -}}
- name: collector
  image: {{ .image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [--config=/etc/muster/collector.yaml]
  securityContext:
    {{- toYaml .root.Values.securityContext | nindent 4 }}
  startupProbe:
    httpGet:
      path: /
      port: health
    periodSeconds: 2
    failureThreshold: 30
    timeoutSeconds: 3
  livenessProbe:
    httpGet:
      path: /
      port: health
    periodSeconds: 10
    failureThreshold: 6
    timeoutSeconds: 5
  readinessProbe:
    httpGet:
      path: /
      port: health
    periodSeconds: 5
    timeoutSeconds: 5
  resources:
    {{- toYaml .root.Values.collector.resources | nindent 4 }}
{{- end -}}
