{{/*
The environment that every one of the four services has: (root, component). What an installation says beyond it goes into a
properties file, so that names keep their dots.
*/}}
{{- define "muster.serviceEnv" -}}
{{- $root := .root -}}
{{- $port := (include "muster.facts" .component | fromYaml).port -}}
- name: MUSTER_REPLICA
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: QUARKUS_HTTP_HOST
  value: "0.0.0.0"
{{- if include "muster.speaksHttps" $root }}
- name: QUARKUS_HTTP_INSECURE_REQUESTS
  value: disabled
- name: QUARKUS_HTTP_SSL_PORT
  value: {{ $port | quote }}
- name: QUARKUS_HTTP_SSL_CERTIFICATE_FILES
  value: /var/run/muster/tls/tls.crt
- name: QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES
  value: /var/run/muster/tls/tls.key
- name: QUARKUS_HTTP_SSL_CERTIFICATE_RELOAD_PERIOD
  value: 1M
{{- else }}
- name: QUARKUS_HTTP_PORT
  value: {{ $port | quote }}
{{- end }}
- name: MUSTER_LOG_JSON
  value: "true"
{{ include "muster.databaseEnv" . }}
{{- if eq $root.Values.migrations.mode "hook" }}
- name: QUARKUS_FLYWAY_MIGRATE_AT_START
  value: "false"
{{- end }}
- name: MUSTER_BROKER_URL
{{- if include "muster.hasBroker" $root }}
  value: mqtts://{{ include "muster.host" (dict "root" $root "component" "broker") }}:1884
{{- else }}
  value: {{ required "external.broker.url, or broker.enabled" $root.Values.external.broker.url | quote }}
{{- end }}
{{- if include "muster.brokerCaSecret" $root }}
- name: MUSTER_BROKER_CA_FILE
  value: /var/run/muster/broker-ca/ca.crt
{{- end }}
{{- if include "muster.ownSecret" . }}
- name: MUSTER_SERVICES_CERTIFICATE
  value: /var/run/muster/own/tls.crt
- name: MUSTER_SERVICES_KEY
  value: /var/run/muster/own/tls.key
{{- end }}
{{- if $root.Values.tls.mutual.enabled }}
- name: MUSTER_SERVICES_CLIENT_AUTHORITY
  value: /var/run/muster/ca/ca.crt
{{- end }}
- name: MUSTER_SERVICE_TOKEN_FILE
  value: /var/run/muster/token/token
- name: MUSTER_SERVICE_ISSUER
  value: {{ include "muster.serviceIssuer" $root | quote }}
{{- with $root.Values.api.trustedProxies }}
- name: MUSTER_REQUESTS_TRUSTED_PROXIES
  value: {{ join "," . | quote }}
{{- end }}
- name: MUSTER_PEOPLE_ISSUER
  value: {{ include "muster.peopleIssuer" $root | quote }}
- name: MUSTER_PEOPLE_AUDIENCE
  value: {{ $root.Values.people.audience | quote }}
- name: MUSTER_PEOPLE_ALGORITHM
  value: {{ $root.Values.people.algorithm | quote }}
- name: MUSTER_PEOPLE_ROLES_CLAIM
  value: {{ $root.Values.people.rolesClaim | quote }}
- name: MUSTER_PEOPLE_TENANTS_CLAIM
  value: {{ $root.Values.people.tenantsClaim | quote }}
{{- with include "muster.otlpEndpoint" $root }}
- name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- if eq $root.Values.image.variant "jvm" }}
- name: JDK_JAVA_OPTIONS
  value: {{ printf "-XX:MaxRAMPercentage=60 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError %s" (get $root.Values .component).javaOptions | trim | quote }}
{{- end }}
{{- end -}}

{{/* Where traces go; nothing for nowhere. */}}
{{- define "muster.otlpEndpoint" -}}
{{- if .Values.tracing.endpoint -}}
{{- .Values.tracing.endpoint -}}
{{- else if and .Values.collector.enabled .Values.collector.jaeger -}}
{{- printf "http://%s:4317" (include "muster.host" (dict "root" . "component" "collector")) -}}
{{- end -}}
{{- end -}}

{{/* The registry, for those that ask it, as environment variables: (root, caName) */}}
{{- define "muster.registryEnv" -}}
- name: MUSTER_REGISTRY_URL
{{- if .root.Values.registry.enabled }}
  value: {{ include "muster.url" (dict "root" .root "component" "registry") | quote }}
{{- else }}
  value: {{ required "external.registryUrl, or registry.enabled" .root.Values.external.registryUrl | quote }}
{{- end }}
{{- with include "muster.neighbourCaFile" (dict "root" .root "component" "registry") }}
- name: {{ $.caName }}
  value: {{ . }}
{{- end }}
{{- end -}}

{{/* Whom to trust at a service that others of this release ask, wherever it is; nothing for everybody: (root, component) */}}
{{- define "muster.neighbourCaFile" -}}
{{- if (get .root.Values .component).enabled -}}
{{- if .root.Values.tls.services.enabled -}}/var/run/muster/ca/ca.crt{{- end -}}
{{- else if .root.Values.external.caSecret -}}
/var/run/muster/neighbours-ca/ca.crt
{{- end -}}
{{- end -}}

{{/* Volumes of a service: (root, component). Each is a folder, so that what is renewed arrives. */}}
{{- define "muster.serviceVolumes" -}}
{{- $root := .root -}}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
- name: settings
  configMap:
    name: {{ include "muster.name" . }}
- name: token
  secret:
    secretName: {{ include "muster.tokenSecret" . }}
    defaultMode: 0440
{{- with include "muster.brokerCaSecret" $root }}
- name: broker-ca
  secret:
    secretName: {{ . }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- if hasPrefix "verify-" (include "muster.sslMode" $root) }}
- name: database-ca
  secret:
    secretName: {{ required "database.caSecret: the Secret with ca.crt for sslMode verify-…" $root.Values.database.caSecret }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- with $root.Values.external.caSecret }}
- name: neighbours-ca
  secret:
    secretName: {{ . }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- with include "muster.databaseOwnSecret" . }}
- name: database-own
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- with include "muster.ownSecret" . }}
- name: own
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- if include "muster.speaksHttps" $root }}
- name: tls
  secret:
    secretName: {{ include "muster.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- if $root.Values.tls.services.enabled }}
- name: ca
  secret:
    secretName: {{ include "muster.caSecret" $root }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end -}}

{{/* (root, component) */}}
{{- define "muster.serviceMounts" -}}
{{- $root := .root -}}
- name: tmp
  mountPath: /tmp
- name: settings
  mountPath: /opt/muster/config
  readOnly: true
- name: token
  mountPath: /var/run/muster/token
  readOnly: true
{{- if include "muster.brokerCaSecret" $root }}
- name: broker-ca
  mountPath: /var/run/muster/broker-ca
  readOnly: true
{{- end }}
{{- if hasPrefix "verify-" (include "muster.sslMode" $root) }}
- name: database-ca
  mountPath: /var/run/muster/database
  readOnly: true
{{- end }}
{{- if $root.Values.external.caSecret }}
- name: neighbours-ca
  mountPath: /var/run/muster/neighbours-ca
  readOnly: true
{{- end }}
{{- if include "muster.databaseOwnSecret" . }}
- name: database-own
  mountPath: /var/run/muster/database-own
  readOnly: true
{{- end }}
{{- if include "muster.ownSecret" . }}
- name: own
  mountPath: /var/run/muster/own
  readOnly: true
{{- end }}
{{- if include "muster.speaksHttps" $root }}
- name: tls
  mountPath: /var/run/muster/tls
  readOnly: true
{{- end }}
{{- if $root.Values.tls.services.enabled }}
- name: ca
  mountPath: /var/run/muster/ca
  readOnly: true
{{- end }}
{{- end -}}

{{/*
The objects of one of the four services: (root, component, env, ports, volumes, mounts, strategy). `env` and the following are
YAML of what it has beyond the others; `ports` of its container, without that of HTTP.
*/}}
{{- define "muster.service" -}}
{{- $root := .root -}}
{{- $values := get $root.Values .component -}}
{{- $facts := include "muster.facts" .component | fromYaml -}}
{{- $name := include "muster.name" . -}}
{{- $scheme := ternary "HTTPS" "HTTP" (eq (include "muster.speaksHttps" $root) "true") -}}
{{- $env := concat (include "muster.serviceEnv" . | fromYamlArray) (default "" .env | fromYamlArray) $values.env -}}
{{- $settings := include "muster.properties" $values.settings -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" $name "wave" "-1") | nindent 2 }}
data:
  application.properties: |
    # What the values say under `{{ .component }}.settings`.
    {{- $settings | nindent 4 }}
---
{{ include "muster.serviceAccount" (dict "root" $root "component" .component "wave" "-1" "annotations" $values.serviceAccount.annotations) }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" $name "annotations" $values.service.annotations) | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "muster.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: {{ $facts.port }}
      targetPort: http
      protocol: TCP
      appProtocol: {{ lower $scheme }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" $name "wave" "1") | nindent 2 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 600
  strategy:
    {{- if .recreate }}
    type: Recreate
    {{- else }}
    # The new one is ready before an old one goes.
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  selector:
    matchLabels:
      {{- include "muster.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "muster.podLabels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        muster.io/settings: {{ sha256sum $settings }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ $name }}
      automountServiceAccountToken: false
      {{- include "muster.podCommon" (dict "root" $root "values" $values) | trim | nindent 6 }}
      {{- include "muster.topologySpread" . | trim | nindent 6 }}
      terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
      containers:
        - name: {{ $facts.image }}
          image: {{ include "muster.image" (dict "root" $root "image" $values.image "name" $facts.image "variant" $root.Values.image.variant) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          workingDir: /opt/muster
          securityContext:
            {{- toYaml $root.Values.securityContext | nindent 12 }}
          env:
            {{- include "muster.checkedEnv" (dict "env" $env "component" .component) | nindent 12 }}
          {{- with $values.envFrom }}
          envFrom:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            - name: http
              containerPort: {{ $facts.port }}
              protocol: TCP
            {{- with .ports }}
            {{- . | trim | nindent 12 }}
            {{- end }}
          # A database that is migrated, or away, takes its time; then the other two begin.
          startupProbe:
            httpGet:
              path: /q/health/live
              port: http
              scheme: {{ $scheme }}
            periodSeconds: 2
            failureThreshold: 150
            timeoutSeconds: 3
          livenessProbe:
            httpGet:
              path: /q/health/live
              port: http
              scheme: {{ $scheme }}
            periodSeconds: 10
            failureThreshold: 6
            timeoutSeconds: 5
          readinessProbe:
            httpGet:
              path: /q/health/ready
              port: http
              scheme: {{ $scheme }}
            periodSeconds: 5
            failureThreshold: 2
            timeoutSeconds: 5
          lifecycle:
            # Until every node has heard that no new connections come here.
            preStop:
              sleep:
                seconds: 5
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            {{- include "muster.serviceMounts" . | nindent 12 }}
            {{- with .mounts }}
            {{- . | trim | nindent 12 }}
            {{- end }}
            {{- with $values.volumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        {{- include "muster.serviceVolumes" . | nindent 8 }}
        {{- with .volumes }}
        {{- . | trim | nindent 8 }}
        {{- end }}
        {{- with $values.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- if $values.podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" $name) | nindent 2 }}
spec:
  maxUnavailable: {{ $values.podDisruptionBudget.maxUnavailable }}
  # A pod that is not ready serves nobody; it must not hold up a node's drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "muster.selectorLabels" . | nindent 6 }}
{{- end }}
{{- if $values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" $name "wave" "2") | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $name }}
  minReplicas: {{ $values.autoscaling.minReplicas }}
  maxReplicas: {{ $values.autoscaling.maxReplicas }}
  behavior:
    scaleDown:
      # Each pod that goes sends its devices to the others.
      stabilizationWindowSeconds: 600
      policies:
        - type: Pods
          value: 1
          periodSeconds: 300
  metrics:
    {{- if $values.autoscaling.cpu }}
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $values.autoscaling.cpu }}
    {{- end }}
    {{- range $metric, $average := $values.autoscaling.podMetrics }}
    - type: Pods
      pods:
        metric:
          name: {{ $metric }}
        target:
          type: AverageValue
          averageValue: {{ $average | quote }}
    {{- end }}
{{- end }}
{{- if $root.Values.monitoring.serviceMonitor.enabled }}
---
{{ include "muster.monitor" (dict "root" $root "component" .component "kind" "ServiceMonitor" "scheme" (lower $scheme)) }}
{{- end }}
{{- if $root.Values.monitoring.podMonitor.enabled }}
---
{{ include "muster.monitor" (dict "root" $root "component" .component "kind" "PodMonitor" "scheme" (lower $scheme)) }}
{{- end }}
{{- if eq $root.Values.migrations.mode "hook" }}
---
{{ include "muster.migration" . }}
{{- end }}
{{- end -}}

{{/* A Job that migrates a service's schema and ends: as muster.service */}}
{{- define "muster.migration" -}}
{{- $root := .root -}}
{{- $values := get $root.Values .component -}}
{{- $facts := include "muster.facts" .component | fromYaml -}}
{{- $name := printf "%s-migration" (include "muster.name" .) -}}
{{- $hook := dict "helm.sh/hook" "pre-install,pre-upgrade" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" -}}
{{- if $root.Values.argocd.syncWaves -}}
{{- $hook = dict "argocd.argoproj.io/hook" "Sync" "argocd.argoproj.io/hook-delete-policy" "BeforeHookCreation" -}}
{{- end -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" "migration" "name" $name "wave" "0" "annotations" $hook) | nindent 2 }}
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ $root.Values.migrations.timeoutSeconds }}
  template:
    metadata:
      labels:
        {{- include "muster.podLabels" (dict "root" $root "component" "migration") | nindent 8 }}
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      {{- include "muster.podCommon" (dict "root" $root "values" $values) | trim | nindent 6 }}
      containers:
        - name: migration
          image: {{ include "muster.image" (dict "root" $root "image" $values.image "name" $facts.image "variant" $root.Values.image.variant) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          workingDir: /opt/muster
          securityContext:
            {{- toYaml $root.Values.securityContext | nindent 12 }}
          env:
            {{- include "muster.databaseEnv" . | nindent 12 }}
            - name: MUSTER_LOG_JSON
              value: "true"
            - name: QUARKUS_INIT_AND_EXIT
              value: "true"
            {{- if eq $root.Values.image.variant "jvm" }}
            - name: JDK_JAVA_OPTIONS
              value: -XX:MaxRAMPercentage=60 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError
            {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- if hasPrefix "verify-" (include "muster.sslMode" $root) }}
            - name: database-ca
              mountPath: /var/run/muster/database
              readOnly: true
            {{- end }}
            {{- if include "muster.databaseOwnSecret" . }}
            - name: database-own
              mountPath: /var/run/muster/database-own
              readOnly: true
            {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
        {{- if hasPrefix "verify-" (include "muster.sslMode" $root) }}
        - name: database-ca
          secret:
            secretName: {{ required "database.caSecret: the Secret with ca.crt for sslMode verify-…" $root.Values.database.caSecret }}
            items:
              - key: ca.crt
                path: ca.crt
        {{- end }}
        {{- with include "muster.databaseOwnSecret" . }}
        - name: database-own
          secret:
            secretName: {{ . }}
            defaultMode: 0440
        {{- end }}
{{- end -}}

{{/* ingest-service, for those that follow its log. */}}
{{- define "muster.ingestUrlEnv" }}
- name: MUSTER_INGEST_URL
{{- if .Values.ingest.enabled }}
  value: {{ include "muster.url" (dict "root" . "component" "ingest") | quote }}
{{- else }}
  value: {{ required "external.ingestUrl, or ingest.enabled" .Values.external.ingestUrl | quote }}
{{- end }}
{{- end }}
